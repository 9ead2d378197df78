using System.Diagnostics;
using System.Globalization;
using Sync.Engine.Trees;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Mutants;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Runs;

/// <summary>
/// `simulate FIRST [COUNT]`: runs seeds in this process, one after the other, and tells of those that fail. `--twice`: each twice, which must give the
/// same trace. `--shrink`: makes what fails smaller. `--trace`: tells all that happens. `--acts=N,N,…`, `--guests=N`, `--same-disks`: only that of
/// the script. `--first`: only until one fails. `--no-faults`, `--faults=KIND,…`: other scripts. `--mutate=NAME`: with something broken.
/// </summary>
internal static class SimulateCommand
{
    public static int Run(string[] args)
    {
        Pump.ClaimPool();
        NameHash.Seed = 1;
        var first = ulong.Parse(args[0], CultureInfo.InvariantCulture);
        var count = args.Length > 1 && !args[1].StartsWith('-') ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        var limits = Limits(args);
        var mutation = Value(args, "--mutate=") is { } name ? Mutations.All.Single(m => m.Name == name) : null;
        var text = args.Contains("--trace") ? Console.Out : null;
        RunResult RunScript(Script script) => new World(script, null, mutation).Run();

        var watch = Stopwatch.StartNew();
        long acts = 0, faults = 0, events = 0, unavailable = 0;
        var failed = 0;
        for (var i = 0; i < count; i++)
        {
            var seed = first + (ulong)i;
            var script = Choose(Script.Of(seed, limits), args);
            var result = new World(script, text, mutation).Run();
            acts += result.Acts;
            faults += result.Faults;
            events += result.Events;
            unavailable += result.Unavailable;
            if (args.Contains("--twice") && RunScript(script).Trace != result.Trace) result = result with { Failure = "another trace: the second time" };
            if (result.Failure is null) continue;
            failed++;
            if (args.Contains("--first")) count = i + 1;
            Console.WriteLine($"seed {seed}: {result.Failure}");
            if (!args.Contains("--shrink")) continue;
            var small = new Shrinker(RunScript).Shrink(result);
            foreach (var act in small.Script.Acts) Console.WriteLine($"    {act}");
            Console.WriteLine($"    {small.Failure}");
            Console.WriteLine($"    replay: {Replay(small.Script)}{string.Concat(args.Where(a => a.StartsWith("--faults", StringComparison.Ordinal) || a.StartsWith("--no-", StringComparison.Ordinal) || a.StartsWith("--mutate", StringComparison.Ordinal)).Select(a => " " + a))}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} seeds, {failed} failed, {watch.Elapsed.TotalMilliseconds / count:F1} ms each, {acts / (double)count:F0} acts, {faults / (double)count:F1} faults, {events / (double)count:F0} events, {unavailable} unavailable"));
        return failed == 0 ? 0 : 1;
    }

    /// <summary>What runs a script again, with all that happens in it.</summary>
    public static string Replay(Script script)
    {
        var sameDisks = script.Disks.All(d => d == new DiskTraits()) ? " --same-disks" : "";
        return string.Create(CultureInfo.InvariantCulture, $"Sync.Simulation.Tests simulate {script.Seed} --trace --guests={script.Guests}{sameDisks} --acts={string.Join(',', script.Acts.Select(a => a.Number))}");
    }

    private static ScriptLimits Limits(string[] args)
    {
        var limits = ScriptLimits.Default;
        if (args.Contains("--no-faults")) limits = limits with { Faults = 0 };
        if (Value(args, "--faults=") is { } kinds) limits = limits with { FaultKinds = [.. kinds.Split(',').Select(Enum.Parse<ActKind>)] };
        return limits;
    }

    private static Script Choose(Script script, string[] args)
    {
        if (Value(args, "--guests=") is { } guests)
        {
            var number = int.Parse(guests, CultureInfo.InvariantCulture);
            script = script with { Guests = number, Disks = script.Disks[..(number + 1)] };
        }

        if (args.Contains("--same-disks")) script = script with { Disks = [.. script.Disks.Select(_ => new DiskTraits())] };
        if (Value(args, "--acts=") is { } acts)
        {
            var chosen = acts.Split(',').Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToHashSet();
            script = script with { Acts = [.. script.Acts.Where(a => chosen.Contains(a.Number))] };
        }

        return script;
    }

    private static string? Value(string[] args, string option) =>
        Array.Find(args, a => a.StartsWith(option, StringComparison.Ordinal)) is { } found ? found[option.Length..] : null;
}
