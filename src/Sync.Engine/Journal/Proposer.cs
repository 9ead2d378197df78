using Sync.Engine.Model;

namespace Sync.Engine.Journal;

/// <summary>Who proposes: what the decision depends on beside the change itself.</summary>
/// <param name="Name">For conflict copies: a guest's name, or "host".</param>
/// <param name="IsHost">The host's own disk.</param>
/// <param name="ReadOnly">Nothing it proposes is accepted.</param>
/// <param name="ClockOffsetNs">Added to the proposer's times, they are the host's.</param>
/// <param name="Conflicts">A policy of its own, before the share's.</param>
/// <param name="Root">The directory outside of which it may change nothing.</param>
internal sealed record Proposer(
    string Name, bool IsHost, bool ReadOnly = false, long ClockOffsetNs = 0, ConflictPolicy? Conflicts = null, EntryId Root = default)
{
    /// <summary>Journal ids of the provisional ones of this session's directories: what is proposed in them may name those until the answer has come.
    /// Other entries are not named again before that.</summary>
    public Dictionary<long, EntryId> Ids { get; } = [];

    /// <summary>An entry proposed under a provisional id has this one in the journal.</summary>
    public void Bind(Entry proposed, EntryId id)
    {
        if (proposed.Kind == EntryKind.Directory) Ids[proposed.Id.Value] = id;
    }
}
