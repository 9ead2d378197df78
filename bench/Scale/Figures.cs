namespace Sync.Bench.Scale;

/// <summary>What is told of several samples.</summary>
internal static class Figures
{
    /// <summary>Nearest rank.</summary>
    public static double Median(IReadOnlyList<double> samples) => samples.Order().ElementAt((samples.Count - 1) / 2);
}
