namespace Sync.Bench.Scale;

/// <summary>How one figure grows with another.</summary>
internal static class Growth
{
    /// <summary>The exponent: the slope of a straight line through the points on logarithmic scales. 1 is proportional, 0 does not grow.</summary>
    /// <returns>Null for fewer than two points.</returns>
    public static double? Exponent(IEnumerable<(double Size, double Figure)> points)
    {
        var logs = points.Where(p => p is { Size: > 0, Figure: > 0 }).Select(p => (X: Math.Log(p.Size), Y: Math.Log(p.Figure))).ToArray();
        if (logs.Length < 2)
            return null;
        var (x, y) = (logs.Average(p => p.X), logs.Average(p => p.Y));
        return logs.Sum(p => (p.X - x) * (p.Y - y)) / logs.Sum(p => (p.X - x) * (p.X - x));
    }
}
