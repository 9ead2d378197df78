using System.Globalization;

namespace Sync.Simulation.Tests.Kernel;

/// <summary>One thing that happened in a run.</summary>
/// <param name="AtNs">When: nanoseconds since the run's beginning.</param>
/// <param name="Actor">The machine.</param>
/// <param name="What">What it did, or what befell it.</param>
/// <param name="Path">With which path; empty: with none.</param>
internal readonly record struct TraceLine(long AtNs, string Actor, string What, string Path)
{
    private const int Around = 6;

    /// <summary>Where a second run first did something else: a few lines before it that are the same, then a few of each run. Empty if it did not.</summary>
    public static IEnumerable<string> Difference(List<TraceLine> first, List<TraceLine> second)
    {
        var same = 0;
        while (same < first.Count && same < second.Count && first[same] == second[same]) same++;
        if (same == first.Count && same == second.Count) yield break;
        for (var i = Math.Max(0, same - Around); i < same; i++) yield return $"both:   {first[i]}";
        foreach (var line in first.Skip(same).Take(Around)) yield return $"first:  {line}";
        foreach (var line in second.Skip(same).Take(Around)) yield return $"second: {line}";
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AtNs / 1_000_000.0,12:F3} {Actor,-8} {What} {Path}");
}
