namespace Sync.Engine.Link;

/// <summary>Why there is no link. Values are sent: never renumber.</summary>
public enum LinkFailure : byte
{
    /// <summary>Not reached, or lost: try again.</summary>
    Unreachable = 0,

    /// <summary>The peer is not the one that was pinned.</summary>
    WrongPeer = 1,

    /// <summary>Not paired, revoked, or without rights for the share.</summary>
    NotAllowed = 2,

    /// <summary>No such share (any more), or the part of it is gone.</summary>
    NoSuchShare = 3,

    /// <summary>This identity is live in another process: a clone. It must join anew.</summary>
    Duplicate = 4,

    /// <summary>The versions have nothing in common.</summary>
    Incompatible = 5,

    /// <summary>The peer broke the protocol.</summary>
    Protocol = 6,

    /// <summary>The share exists but is halted, or the host is shutting down: try again.</summary>
    Unavailable = 7,
}
