using Sync.Delta;

namespace Sync.Engine.Model;

/// <summary>
/// One state of an entry: its place (parent, name), its content (kind, content id, link target, size, mtime) and its mode.
/// Immutable, so trees share it where they agree. The three <em>facets</em>, place, content and mode, are versioned apart,
/// because a rename here and an edit there are no conflict.
/// </summary>
public sealed record Entry
{
    // There is one of these for each entry of a share, in memory for as long as the agent runs: 136 bytes.
    private readonly RareFacts? _rare;
    private readonly ushort _mode;

    /// <summary>The stable id.</summary>
    public required EntryId Id { get; init; }

    /// <summary>The directory that holds it; <see cref="EntryId.None"/> for the root.</summary>
    public required EntryId Parent { get; init; }

    /// <summary>Its name in that directory: valid UTF-8, 1–255 bytes, no '/' or NUL, not "." or "..". Empty for the root.</summary>
    public required string Name { get; init; }

    /// <summary>File, directory or symlink. An entry never changes its kind: another kind at the same place is another entry.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>Permission bits, 0–0xFFF (07777).</summary>
    public uint Mode
    {
        get => _mode;
        init => _mode = (ushort)value;
    }

    /// <summary>Numeric owner and group, packed (uid in the high half); null where ownership is not synced.</summary>
    public ulong? Owner
    {
        get => _rare?.Owner;
        init => _rare = RareFacts.Of(value, LinkTarget);
    }

    /// <summary>Bytes; 0 for directories and symlinks.</summary>
    public long Size { get; init; }

    /// <summary>Modification time, nanoseconds since 1970 UTC. Of a directory: set once, never compared.</summary>
    public long MtimeNs { get; init; }

    /// <summary>The content of a file; for a symlink, a hash of its target; none for a directory.</summary>
    public ContentId Content { get; init; }

    /// <summary>Where a symlink points, as stored in the link; null otherwise.</summary>
    public string? LinkTarget
    {
        get => _rare?.LinkTarget;
        init => _rare = RareFacts.Of(Owner, value);
    }

    /// <summary>True for a tombstone: the entry was deleted; its last place and content stay readable.</summary>
    public bool Deleted { get; init; }

    /// <summary>True if the content was last set by the host's own disk.</summary>
    public bool ByHost { get; init; }

    /// <summary>When the content was observed by who set it, ns since 1970 UTC by the host's clock; for newest-wins.</summary>
    public long ObservedNs { get; init; }

    /// <summary>The revision that last set parent or name (or deleted the entry, or revived it).</summary>
    public Revision PlaceRevision { get; init; }

    /// <summary>The revision that last set content, size, mtime or link target.</summary>
    public Revision ContentRevision { get; init; }

    /// <summary>The revision that last set mode or owner.</summary>
    public Revision ModeRevision { get; init; }

    /// <summary>The latest of the three: the entry's version.</summary>
    public Revision Revision => new(Math.Max(PlaceRevision.Value, Math.Max(ContentRevision.Value, ModeRevision.Value)));

    /// <summary>What few entries have.</summary>
    private sealed record RareFacts(ulong? Owner, string? LinkTarget)
    {
        public static RareFacts? Of(ulong? owner, string? linkTarget) => owner is null && linkTarget is null ? null : new RareFacts(owner, linkTarget);
    }
}
