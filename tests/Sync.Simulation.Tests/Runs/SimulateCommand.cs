using System.Diagnostics;
using System.Globalization;
using Sync.Engine.Trees;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Mutants;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Runs;

/// <summary>`simulate`: runs seeds in this process, one after the other, and tells of those that fail; see <see cref="Usage.Simulate"/>.</summary>
internal static class SimulateCommand
{
    private static readonly string[] Flags = ["--twice", "--shrink", "--trace", "--first", "--same-disks", "--no-faults", "--no-git", "--no-swaps", "--no-policies", "--directions", "--readers", "--ignores", "--names", "--lines"];
    private static readonly string[] Values = ["--acts", "--guests", "--faults", "--mutate", "--for"];

    public static int Run(string[] args)
    {
        try
        {
            var arguments = new Arguments(args, Flags, Values);
            return arguments.AsksForHelp ? Usage.Tell(null, Usage.Simulate) : Run(arguments);
        }
        catch (UsageException e)
        {
            return Usage.Tell(e.Message, Usage.Simulate);
        }
    }

    private static int Run(Arguments args)
    {
        if (args.Plain.Count is not (1 or 2)) throw new UsageException("Which seed, and how many from there?");
        var first = Arguments.Number(args.Plain[0], "FIRST", ulong.MaxValue);
        var count = args.Plain.Count > 1 ? Arguments.Number(args.Plain[1], "COUNT", int.MaxValue) : 1;
        var limits = Limits(args);
        var mutation = args.Value("--mutate") is { } name
            ? Mutations.All.SingleOrDefault(m => m.Name == name) ?? throw new UsageException($"There is no mutation '{name}', but {string.Join(", ", Mutations.All.Select(m => m.Name))}.") : null;
        var text = args.Has("--trace") ? Console.Out : null;
        RunResult RunScript(Script script) => new World(script, null, mutation).Run();
        _ = Choose(Script.Of(first, limits), args);

        Pump.ClaimPool();
        NameHash.Seed = 1;
        var figures = SeedFigures.None;
        var until = args.Value("--for") is { } seconds ? TimeSpan.FromSeconds(Arguments.Number(seconds, "--for", int.MaxValue)) : TimeSpan.MaxValue;
        var clock = Stopwatch.StartNew();
        for (ulong i = 0; i < count && clock.Elapsed < until; i++)
        {
            var seed = first + i;
            var script = Choose(Script.Of(seed, limits), args);
            List<TraceLine>? lines = args.Has("--twice") ? [] : null;
            var result = new World(script, text, mutation, lines).Run();
            if (lines is not null && Difference(script, mutation, result, lines) is { } difference) result = result with { Failure = difference };
            figures = figures.With(result, result.Failure is not null);
            if (result.Failure is null) continue;
            if (args.Has("--first")) count = i + 1;
            Console.WriteLine($"seed {seed}: {result.Failure}");
            if (!args.Has("--shrink")) continue;
            var small = new Shrinker(RunScript).Shrink(result);
            foreach (var act in small.Script.Acts) Console.WriteLine($"    {act}");
            Console.WriteLine($"    {small.Failure}");
            Console.WriteLine($"    replay: {Replay(small.Script, args)}");
        }

        Console.WriteLine(figures with { Milliseconds = Environment.CpuUsage.TotalTime.TotalMilliseconds });
        return figures.Failed == 0 ? 0 : 1;
    }

    /// <summary>Runs it once more: where it is another run, if it is.</summary>
    private static string? Difference(Script script, Mutation? mutation, RunResult first, List<TraceLine> firstLines)
    {
        var lines = new List<TraceLine>();
        var second = new World(script, null, mutation, lines).Run();
        return second.Trace == first.Trace ? null : string.Join("\n    ", ["another trace: the second time", .. TraceLine.Difference(firstLines, lines)]);
    }

    /// <summary>What runs a script again, with all that happens in it.</summary>
    private static string Replay(Script script, Arguments args)
    {
        var sameDisks = script.Disks.All(d => d == new DiskTraits()) ? " --same-disks" : "";
        var same = string.Concat(((string[])["--faults", "--mutate"]).Where(args.Has).Select(option => $" {option}={args.Value(option)}")) + string.Concat(((string[])["--no-faults", "--no-git", "--no-swaps", "--no-policies", "--directions", "--readers", "--ignores", "--names", "--lines"]).Where(args.Has).Select(flag => " " + flag));
        return string.Create(CultureInfo.InvariantCulture, $"Sync.Simulation.Tests simulate {script.Seed} --trace --guests={script.Guests}{sameDisks} --acts={string.Join(',', script.Acts.Select(a => a.Number))}{same}");
    }

    private static ScriptLimits Limits(Arguments args)
    {
        var limits = ScriptLimits.Default with { HasGit = !args.Has("--no-git"), HasSwaps = !args.Has("--no-swaps"), VariesPolicies = !args.Has("--no-policies"), HasNames = args.Has("--names"), HasLines = args.Has("--lines"), VariesDirections = args.Has("--directions"), HasReaders = args.Has("--readers"), HasIgnores = args.Has("--ignores") };
        if (args.Has("--no-faults")) limits = limits with { Faults = 0 };
        if (args.Value("--faults") is { } kinds) limits = limits with { FaultKinds = [.. kinds.Split(',').Select(Fault)] };
        return limits;

        static ActKind Fault(string kind) => Enum.TryParse<ActKind>(kind, out var known) && ScriptLimits.Default.FaultKinds.Contains(known) ? known
            : throw new UsageException($"There is no fault '{kind}', but {string.Join(", ", ScriptLimits.Default.FaultKinds)}.");
    }

    private static Script Choose(Script script, Arguments args)
    {
        if (args.Value("--guests") is { } guests)
        {
            var number = (int)Arguments.Number(guests, "--guests", (ulong)ScriptLimits.Default.Guests);
            if (number == 0) throw new UsageException("--guests: one at least.");
            // The seed's own are as many as it says; more of them have the same disks again.
            script = script with { Guests = number, Disks = [.. Enumerable.Range(0, number + 1).Select(i => script.Disks[Math.Min(i, script.Disks.Length - 1)])] };
        }

        if (args.Has("--same-disks")) script = script with { Disks = [.. script.Disks.Select(_ => new DiskTraits())] };
        if (args.Numbers("--acts") is { } acts)
        {
            var chosen = acts.ToHashSet();
            script = script with { Acts = [.. script.Acts.Where(a => chosen.Contains(a.Number))] };
        }

        return script;
    }
}
