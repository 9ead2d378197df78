using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>Entries, to and from the wire.</summary>
internal static class EntryMapping
{
    public static EntryState ToWire(Entry entry)
    {
        var wire = new EntryState
        {
            Id = entry.Id.Value,
            Parent = entry.Parent.Value,
            Name = entry.Name,
            Kind = (uint)entry.Kind,
            Mode = entry.Mode,
            Size = checked((ulong)entry.Size),
            MtimeNs = entry.MtimeNs,
            Content = Bounds.FromContent(entry.Content),
            Deleted = entry.Deleted,
            ByHost = entry.ByHost,
            PlaceRevision = Bounds.FromRevision(entry.PlaceRevision),
            ContentRevision = Bounds.FromRevision(entry.ContentRevision),
            ModeRevision = Bounds.FromRevision(entry.ModeRevision),
        };
        if (entry.Owner is { } owner) wire.Owner = owner;
        if (entry.LinkTarget is { } target) wire.LinkTarget = target;
        return wire;
    }

    /// <param name="wire">As sent.</param>
    /// <param name="provisional">Ids may be negative: the entry comes from a guest.</param>
    /// <exception cref="LinkException">A value is out of bounds.</exception>
    public static Entry FromWire(EntryState? wire, bool provisional)
    {
        if (wire is null) throw Bounds.Violation("an entry is missing");
        if (wire.Id == 0 || (wire.Id < 0 && !provisional)) throw Bounds.Violation("an entry's id makes no sense");
        if (wire.Parent == wire.Id || (wire.Parent < 0 && !provisional)) throw Bounds.Violation("an entry's parent makes no sense");
        var kind = (EntryKind)Bounds.ToEnum(wire.Kind, (uint)EntryKind.Symlink, "the kind");
        if (kind == 0) throw Bounds.Violation("an entry has no kind");
        if (wire.Mode > WireLimits.MaxMode) throw Bounds.Violation("an entry's mode holds more than permissions");
        return new Entry
        {
            Id = new EntryId(wire.Id),
            Parent = new EntryId(wire.Parent),
            Name = NameOf(wire, kind),
            Kind = kind,
            Mode = wire.Mode,
            Owner = wire.HasOwner ? wire.Owner : null,
            Size = Bounds.NotNegative(wire.Size, "a size"),
            MtimeNs = wire.MtimeNs,
            Content = Bounds.ToContent(wire.Content),
            LinkTarget = TargetOf(wire, kind),
            Deleted = wire.Deleted,
            ByHost = wire.ByHost,
            PlaceRevision = Bounds.ToRevision(wire.PlaceRevision),
            ContentRevision = Bounds.ToRevision(wire.ContentRevision),
            ModeRevision = Bounds.ToRevision(wire.ModeRevision),
        };
    }

    /// <summary>Only a root, which is a directory without a parent, has no name.</summary>
    private static string NameOf(EntryState wire, EntryKind kind)
    {
        if (wire.Parent != 0) return Bounds.Name(wire.Name);
        if (wire.Name.Length != 0 || kind != EntryKind.Directory) throw Bounds.Violation("an entry has no parent");
        return "";
    }

    private static string? TargetOf(EntryState wire, EntryKind kind)
    {
        if (!wire.HasLinkTarget) return null;
        if (kind != EntryKind.Symlink) throw Bounds.Violation("an entry that is no link has a target");
        return Bounds.Something(wire.LinkTarget, WireLimits.MaxLinkTarget, "a link's target");
    }
}
