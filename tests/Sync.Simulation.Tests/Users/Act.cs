using System.Globalization;

namespace Sync.Simulation.Tests.Users;

/// <summary>One thing that is to be done, at a time, on a site. What it is done to follows from its own seed and from what is there then, so that an act
/// means the same when others are left out.</summary>
internal sealed record Act(int Number, long AtNs, int Site, ActKind Kind, ulong Seed)
{
    /// <summary>Of fate, not of a user.</summary>
    public bool IsFault => Kind >= ActKind.Kill;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Number} {AtNs / 1e6:F3} ms, site {Site}: {Kind}");
}
