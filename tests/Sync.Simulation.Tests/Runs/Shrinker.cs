using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Runs;

/// <summary>Makes a script that fails smaller, as long as it fails in the same way: leaves out acts, half of them first and one by one last, then guests
/// and what is special about disks.</summary>
internal sealed class Shrinker(Func<Script, RunResult> run)
{
    private const int MostRuns = 1500;

    private int _runs;

    /// <summary>A smaller script that still fails, and how.</summary>
    public RunResult Shrink(RunResult failed)
    {
        var best = failed;
        for (var before = int.MaxValue; best.Script.Acts.Count < before && _runs < MostRuns;)
        {
            before = best.Script.Acts.Count;
            for (var length = Math.Max(1, before / 2); length >= 1; length /= 2) best = DropActs(best, length);
        }

        while (best.Script.Guests > 1 && Try(best, best.Script with { Guests = best.Script.Guests - 1, Disks = best.Script.Disks[..^1] }) is { } fewer) best = fewer;
        for (var i = 0; i < best.Script.Disks.Length; i++)
        {
            if (best.Script.Disks[i] == new DiskTraits()) continue;
            var disks = (DiskTraits[])best.Script.Disks.Clone();
            disks[i] = new DiskTraits();
            best = Try(best, best.Script with { Disks = disks }) ?? best;
        }

        return best;
    }

    private RunResult DropActs(RunResult best, int length)
    {
        for (var start = 0; start < best.Script.Acts.Count && _runs < MostRuns;)
        {
            var acts = best.Script.Acts.Where((_, i) => i < start || i >= start + length).ToArray();
            if (Try(best, best.Script with { Acts = acts }) is { } smaller) best = smaller;
            else start += length;
        }

        return best;
    }

    private RunResult? Try(RunResult failed, Script script)
    {
        _runs++;
        var result = run(script);
        return result.Failure is not null && Kind(result.Failure) == Kind(failed.Failure!) ? result : null;
    }

    /// <summary>Lost, left over, not the same: each is another failure.</summary>
    private static string Kind(string failure) => failure[..failure.IndexOf(':')];
}
