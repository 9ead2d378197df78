using Sync.Engine.Model;

namespace Sync.Engine.Link;

/// <summary>
/// One proposed change: the facets of <see cref="Entry"/> named by <see cref="Facets"/> shall become so. The entry's id may be
/// provisional (a new entry), and so may its parent, if the parent stands earlier in the same or an earlier proposal of the session.
/// </summary>
public sealed record Change
{
    /// <summary>The wanted state; only the facets named count. <see cref="Model.Entry.Deleted"/> with <see cref="Facets.Place"/> deletes.</summary>
    public required Entry Entry { get; init; }

    /// <summary>What is to change; <see cref="Facets.All"/> for a new entry.</summary>
    public required Facets Facets { get; init; }

    /// <summary>The revisions (of place, content, mode) the change was based on: the merge base's. Zero for a new entry.</summary>
    public Revision BasePlace { get; init; }

    /// <inheritdoc cref="BasePlace"/>
    public Revision BaseContent { get; init; }

    /// <inheritdoc cref="BasePlace"/>
    public Revision BaseMode { get; init; }

    /// <summary>When the replica saw the change, ns since 1970 UTC by the replica's clock.</summary>
    public long ObservedNs { get; init; }

    /// <summary>A new entry that must not be taken for the one that the journal has at its place: the replica holds that one elsewhere. Or an edit that must not be taken for a conflict copy of
    /// the same bytes, should it lose: the replica has, or had, that one as another file.</summary>
    public bool Distinct { get; init; }

    /// <summary>Contents (the first 64 bits of each id, <see cref="MaxPassed"/> at most) that were proposed from here, never answered, and have been replaced here since: who
    /// else has one of them was told of it before it was durable, and is behind.</summary>
    public IReadOnlyList<ulong> Passed { get; init; } = [];

    /// <summary>The most that <see cref="Passed"/> names.</summary>
    public const int MaxPassed = 16;

    /// <summary>The name that it has at the proposer, where it is proposed under another for a moment: one of two that change places. Not sent.</summary>
    public string? ShownAs { get; init; }

    /// <summary>No edit of the proposer's. Either the host told of it, having found it on its own disk, before it was durable in the journal, and was killed: it
    /// has looked at its disk since, which had all that was told. Or the proposer was killed while it put it in place, and it is as the journal had it, down to the
    /// mtime. In both cases what the journal says now stands.</summary>
    public bool IsHearsay { get; init; }

    /// <summary>The whole content, where it is small enough to travel inline; null: uploaded before, or known to the host.</summary>
    public ReadOnlyMemory<byte>? Inline { get; init; }
}
