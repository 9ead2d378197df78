using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>A share's policy, and what holds for one replica, to and from the wire.</summary>
internal static class PolicyMapping
{
    public static PolicyState ToWire(SharePolicy policy, SyncDirection direction, bool readOnly)
    {
        var wire = new PolicyState
        {
            Conflicts = (uint)policy.Conflicts,
            VcsIgnore = policy.VcsIgnore,
            Ownership = policy.Ownership,
            MaxDeletePercent = checked((uint)policy.MaxDeletePercent),
            MinFreeBytes = checked((ulong)policy.MinFreeBytes),
            VersionDays = checked((uint)policy.VersionDays),
            VersionPercent = checked((uint)policy.VersionPercent),
            GuestDirection = (uint)policy.GuestDirection,
            HostDirection = (uint)policy.HostDirection,
            Direction = (uint)direction,
            ReadOnly = readOnly,
        };
        wire.Ignore.AddRange(policy.Ignore);
        foreach (var (pattern, conflicts) in policy.ConflictPatterns)
            wire.ConflictPatterns.Add(new ConflictPattern { Pattern = pattern, Policy = (uint)conflicts });
        if (wire.CalculateSize() > WireLimits.MaxMessage / 2)
            throw new ArgumentException("The share's patterns take more than 512 KiB: keep them in .syncignore files instead.", nameof(policy));
        return wire;
    }

    /// <exception cref="LinkException">A value is out of bounds.</exception>
    public static SharePolicy FromWire(PolicyState? wire)
    {
        if (wire is null) throw Bounds.Violation("the policy is missing");
        Bounds.Count(wire.Ignore.Count, WireLimits.MaxPatterns, "ignore patterns");
        Bounds.Count(wire.ConflictPatterns.Count, WireLimits.MaxPatterns, "conflict patterns");
        return new SharePolicy
        {
            Conflicts = Conflicts(wire.Conflicts),
            ConflictPatterns = [.. wire.ConflictPatterns.Select(p => KeyValuePair.Create(Pattern(p.Pattern), Conflicts(p.Policy)))],
            Ignore = [.. wire.Ignore.Select(Pattern)],
            VcsIgnore = wire.VcsIgnore,
            Ownership = wire.Ownership,
            MaxDeletePercent = Bounds.ToInt(wire.MaxDeletePercent, 100, "max-delete"),
            MinFreeBytes = Bounds.NotNegative(wire.MinFreeBytes, "min-free"),
            VersionDays = Bounds.ToInt(wire.VersionDays, int.MaxValue, "version-days"),
            VersionPercent = Bounds.ToInt(wire.VersionPercent, 100, "version-percent"),
            GuestDirection = Direction(wire.GuestDirection),
            HostDirection = Direction(wire.HostDirection),
        };
    }

    public static SyncDirection Direction(uint value) => (SyncDirection)Bounds.ToEnum(value, (uint)SyncDirection.Mirror, "the direction");

    private static ConflictPolicy Conflicts(uint value) => (ConflictPolicy)Bounds.ToEnum(value, (uint)ConflictPolicy.NewestWins, "the conflict policy");

    private static string Pattern(string pattern) => Bounds.Text(pattern, WireLimits.MaxPattern, "a pattern");
}
