using Sync.Delta;
using Sync.Engine.Model;
using Sync.Engine.Replicas;

namespace Sync.Engine.Link;

/// <summary>What the host says on a share's control stream. Order is kept.</summary>
public abstract record HostMessage
{
    private HostMessage() { }

    /// <summary>The first message: the guest's place in the journal is known (or void), and what holds for the share.</summary>
    /// <param name="Epoch">This life of the journal.</param>
    /// <param name="Reset">The guest's merge base is void: everything is sent again and compared by content.</param>
    /// <param name="Root">The entry that is the guest's root (not <see cref="EntryId.Root"/> for a part of a share).</param>
    /// <param name="Head">The last committed revision.</param>
    /// <param name="Policy">The share's policy.</param>
    /// <param name="Direction">The direction of this replica.</param>
    /// <param name="ReadOnly">Proposals will be refused.</param>
    /// <param name="ReplicaName">The name under which the host knows this replica, for conflict copies.</param>
    public sealed record Welcome(
        ulong Epoch, bool Reset, EntryId Root, Revision Head, SharePolicy Policy, SyncDirection Direction, bool ReadOnly, string ReplicaName) : HostMessage
    {
        /// <summary>The last revision of the life that the guest followed which became durable: what it was told beyond that never was.</summary>
        public Revision Kept { get; init; }

        /// <summary>Deletions since the guest's cursor are no longer remembered: everything that lives is told, and the rest is deleted.</summary>
        public bool TellsAll { get; init; }

        /// <summary>The host looks at its directory for the first time: what the guest has may be there too. It proposes nothing before
        /// <see cref="Committed.HasLooked"/>.</summary>
        public bool IsLooking { get; init; }

        /// <summary>The machine of the host has run on since the life that the guest followed: its disk has all that the guest was told of it, durable or not.</summary>
        public bool KeptDisk { get; init; }
    }

    /// <summary>New states of entries, tentative until <see cref="Committed"/> reaches their revision.
    /// Contents that are small may come along, by content id.</summary>
    public sealed record Entries(IReadOnlyList<Entry> Items, IReadOnlyList<KeyValuePair<ContentId, ReadOnlyMemory<byte>>> Inline) : HostMessage;

    /// <summary>Everything up to this revision is durable on the host, and has been sent.</summary>
    public sealed record Committed(Revision Revision) : HostMessage
    {
        /// <summary>The host's first look at its directory is over, and what it found has been sent.</summary>
        public bool HasLooked { get; init; }
    }

    /// <summary>Decisions on a proposal, durable. May be a part: the rest follows.</summary>
    public sealed record Outcomes(long ProposalId, IReadOnlyList<Outcome> Items) : HostMessage;

    /// <summary>The host's own disk was drained to a cut; all of it is at or below this revision, and what the host must place up to
    /// <see cref="Revision"/> is placed and durable there, but for <see cref="Problems"/>.</summary>
    public sealed record FlushReached(long FlushId, Revision Revision, IReadOnlyList<Problem> Problems) : HostMessage;

    /// <summary>The host asks the guest to flush, and to answer with <see cref="GuestMessage.FlushDone"/>.</summary>
    /// <param name="FlushId">Names it.</param>
    /// <param name="Scope">What is waited for, in paths of the share.</param>
    /// <param name="Timeout">How long the guest may take.</param>
    public sealed record FlushAsked(long FlushId, FlushScope Scope, TimeSpan Timeout) : HostMessage;

    /// <summary>The share's policy or the guest's rights changed; same meaning as in <see cref="Welcome"/>.</summary>
    public sealed record PolicyChanged(SharePolicy Policy, SyncDirection Direction, bool ReadOnly) : HostMessage;

    /// <summary>The share is paused or goes on, on the host's side.</summary>
    public sealed record Paused(bool IsPaused) : HostMessage;

    /// <summary>The host reads a long file, which is not what it was: what it will be can be asked for meanwhile (<see cref="ContentRequest.Growing"/>). Told again when it has been read.</summary>
    /// <param name="Token">Names it in this session and others.</param>
    /// <param name="Length">In bytes.</param>
    /// <param name="Basis">What the file was; none: not known.</param>
    /// <param name="Content">What it is, once that is known; none: it has come to nothing.</param>
    public sealed record Growing(long Token, long Length, ContentId Basis, ContentId Content) : HostMessage
    {
        /// <summary>It has been read.</summary>
        public bool HasEnded { get; init; }
    }

    /// <summary>The host lacks a content that its journal has: whoever has it may upload it, without a proposal. A host that deleted a file which
    /// a guest has moved meanwhile has nothing left to put at the new place.</summary>
    public sealed record ContentWanted(EntryId Entry, ContentId Content) : HostMessage;
}
