using Sync.Engine.Model;
using Sync.Engine.Replicas;

namespace Sync.Engine.Link;

/// <summary>What a guest says on a share's control stream. Order is kept.</summary>
public abstract record GuestMessage
{
    private GuestMessage() { }

    /// <summary>Changes to decide on.</summary>
    public sealed record Propose(Proposal Proposal) : GuestMessage;

    /// <summary>The guest has applied everything up to this revision (shown, not necessarily durable); for <c>status</c>.</summary>
    public sealed record Applied(Revision Revision, long PendingEntries, long PendingBytes, IReadOnlyList<Problem> Problems) : GuestMessage
    {
        /// <summary>What has come to stand at its place since the last report; the first <see cref="Landing.Most"/>.</summary>
        public IReadOnlyList<Landing> Landed { get; init; } = [];
    }

    /// <summary>Asks the host to drain and settle its own disk; answered by <see cref="HostMessage.FlushReached"/>.
    /// Sent once everything that the guest had is committed in the journal.</summary>
    public sealed record Flush(long FlushId) : GuestMessage;

    /// <summary>The guest's flush, asked for by the host, has ended.</summary>
    public sealed record FlushDone(long FlushId, FlushOutcome Outcome, string? Reason, IReadOnlyList<Problem> Problems) : GuestMessage;
}
