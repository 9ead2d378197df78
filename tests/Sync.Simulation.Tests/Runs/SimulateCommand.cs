using System.Diagnostics;
using System.Globalization;
using Sync.Engine.Trees;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Runs;

/// <summary>`simulate FIRST COUNT [--trace] [--twice]`: runs seeds, one after the other, and tells of those that fail.</summary>
internal static class SimulateCommand
{
    public static int Run(ReadOnlySpan<string> args)
    {
        Pump.ClaimPool();
        NameHash.Seed = 1;
        var first = ulong.Parse(args[0], CultureInfo.InvariantCulture);
        var count = args.Length > 1 && !args[1].StartsWith('-') ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        var limits = ScriptLimits.Default;
        foreach (var arg in args)
        {
            if (arg == "--no-faults") limits = limits with { Faults = 0 };
            if (arg == "--same-disks") limits = limits with { VariesDisks = false };
            if (arg.StartsWith("--faults=", StringComparison.Ordinal)) limits = limits with { FaultKinds = [.. arg["--faults=".Length..].Split(',').Select(Enum.Parse<ActKind>)] };
            if (arg == "--plain") limits = limits with { Faults = 0, Guests = 1, VariesDisks = false };
        }

        var watch = Stopwatch.StartNew();
        long acts = 0, faults = 0, events = 0;
        var failed = 0;
        for (var i = 0; i < count; i++)
        {
            var seed = first + (ulong)i;
            var script = Script.Of(seed, limits);
            var result = new World(script, args.Contains("--trace") ? Console.Out : null).Run();
            acts += result.Acts;
            faults += result.Faults;
            events += result.Events;
            if (args.Contains("--twice"))
            {
                var again = new World(script, null).Run();
                if (again.Trace != result.Trace) Console.WriteLine($"seed {seed}: another trace the second time");
            }

            if (result.Failure is null) continue;
            failed++;
            Console.WriteLine($"seed {seed}: {result.Failure}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} seeds, {failed} failed, {watch.Elapsed.TotalMilliseconds / count:F1} ms each, {acts / (double)count:F0} acts, {faults / (double)count:F1} faults, {events / (double)count:F0} events"));
        return failed == 0 ? 0 : 1;
    }
}
