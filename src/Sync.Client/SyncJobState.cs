namespace Sync.Client;

/// <summary>What a job is doing.</summary>
public enum SyncJobState
{
    /// <summary>A word that this version does not know.</summary>
    Unknown,

    /// <summary>It has not begun.</summary>
    Queued,

    /// <summary>It is under way.</summary>
    Running,

    /// <summary>All is the same on all that were named.</summary>
    Done,

    /// <summary>It is not; the reason and the outcomes say why.</summary>
    Failed,

    /// <summary>Somebody ended it.</summary>
    Cancelled,
}
