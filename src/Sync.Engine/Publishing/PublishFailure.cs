namespace Sync.Engine.Publishing;

/// <summary>Why nothing, or not all, was pushed.</summary>
public enum PublishFailure
{
    /// <summary>The directory is missing, is none, or holds what cannot be read or named.</summary>
    Unreadable,

    /// <summary>Something in the share is in the way of the directory to push to.</summary>
    InTheWay,

    /// <summary>It would delete so much that a person has to say so.</summary>
    TooManyDeletions,

    /// <summary>Files changed whenever they were read.</summary>
    Restless,
}
