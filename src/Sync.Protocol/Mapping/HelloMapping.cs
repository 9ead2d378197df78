using Sync.Engine.Link;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>How a session opens.</summary>
internal static class HelloMapping
{
    public static GuestHello ToWire(SessionHello hello, IEnumerable<string> features)
    {
        var wire = new GuestHello
        {
            Versions = new VersionRange { Oldest = WireLimits.OldestVersion, Newest = WireLimits.NewestVersion },
            Share = hello.Share,
            SubPath = hello.SubPath,
            Epoch = hello.Epoch,
            Cursor = Bounds.FromRevision(hello.Cursor),
            Process = hello.Process,
            ClockNs = hello.ClockNs,
            Visit = hello.IsVisit,
        };
        wire.Features.AddRange(features);
        if (hello.Direction is { } direction) wire.Direction = (uint)direction;
        return wire;
    }

    /// <exception cref="LinkException">A value is out of bounds.</exception>
    public static SessionHello FromWire(GuestHello wire) => new()
    {
        Share = Bounds.Something(wire.Share, WireLimits.MaxName, "the share's name"),
        SubPath = Bounds.RelativePath(wire.SubPath),
        Epoch = wire.Epoch,
        Cursor = Bounds.ToRevision(wire.Cursor),
        Process = wire.Process,
        Direction = wire.HasDirection ? PolicyMapping.Direction(wire.Direction) : null,
        ClockNs = wire.ClockNs,
        IsVisit = wire.Visit,
        TakesPatches = wire.Features.Contains(Sessions.Features.Patches),
    };

    /// <summary>The newest version both sides speak.</summary>
    /// <exception cref="LinkException">There is none.</exception>
    public static uint Negotiate(VersionRange? guest)
    {
        if (guest is null || guest.Oldest > guest.Newest) throw Bounds.Violation("the hello names no versions");
        if (guest.Oldest > WireLimits.NewestVersion)
            throw new LinkException(LinkFailure.Incompatible, $"The guest speaks protocol {guest.Oldest} and newer, this host up to {WireLimits.NewestVersion}: update sync-host.");
        if (guest.Newest < WireLimits.OldestVersion)
            throw new LinkException(LinkFailure.Incompatible, $"The guest speaks protocol {guest.Newest} and older, this host from {WireLimits.OldestVersion} on: update sync-guest.");
        return Math.Min(guest.Newest, WireLimits.NewestVersion);
    }

    /// <summary>The features both sides have, in the order of <paramref name="mine"/>.</summary>
    public static string[] Common(IReadOnlyList<string> mine, IReadOnlyCollection<string> theirs)
    {
        Bounds.Count(theirs.Count, WireLimits.MaxFeatures, "features");
        return [.. mine.Where(theirs.Contains)];
    }
}
