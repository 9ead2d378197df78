namespace Sync.Engine.Link;

/// <summary>How the host decided on a change. Values are sent: never renumber.</summary>
public enum Verdict : byte
{
    /// <summary>As proposed, or already so.</summary>
    Accepted = 0,

    /// <summary>A conflict; the proposer's bytes live on as a conflict copy.</summary>
    ConflictCopy = 1,

    /// <summary>A conflict; the other side's state stands, the proposer's bytes go to its version store when displaced.</summary>
    Lost = 2,

    /// <summary>Not decided (content missing, parent unknown): propose again. The merge base stays.</summary>
    Retry = 3,

    /// <summary>Not allowed (read-only guest, hostile name): never propose this state again. The merge base stays, the entry is held.</summary>
    Refused = 4,

    /// <summary>As <see cref="Retry"/>, because the host lacks the content: upload it first.</summary>
    NeedContent = 5,

    /// <summary>Not decided: the entry that the outcome names (this one, or its directory) was deleted so long ago that the journal has forgotten
    /// it. What lives of it here is new: propose it so.</summary>
    Unknown = 6,
}
