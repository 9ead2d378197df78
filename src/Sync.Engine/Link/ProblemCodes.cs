namespace Sync.Engine.Link;

/// <summary>Stable codes of <see cref="Problem"/>.</summary>
public static class ProblemCodes
{
    /// <summary>The file or directory cannot be read.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The name is not valid UTF-8, or cannot be held by this replica.</summary>
    public const string BadName = "bad-name";

    /// <summary>FIFO, socket or device: never synced.</summary>
    public const string Special = "special";

    /// <summary>A symbolic link that leads out of the share: kept, never followed.</summary>
    public const string LinkOut = "link-out";

    /// <summary>The state from the journal cannot be put on this disk.</summary>
    public const string Unmaterialised = "unmaterialised";

    /// <summary>A deleted directory that stays because of what is ignored in it.</summary>
    public const string HoldsIgnored = "holds-ignored";

    /// <summary>A modification time before 1677 or after 2262, which elsewhere is the nearest that can be said.</summary>
    public const string FarTime = "far-time";

    /// <summary>An edit of a replica that only receives.</summary>
    public const string LocalEdit = "local-edit";

    /// <summary>The host refused the change.</summary>
    public const string Refused = "refused";

    /// <summary>A mount point: what is on it is not synced.</summary>
    public const string Mount = "mount";

    /// <summary>The content could not be had; it is asked for again.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The disk is full, or has less than the share's least free space.</summary>
    public const string NoSpace = "no-space";

    /// <summary>The agent's own data directory cannot be written.</summary>
    public const string Store = "store";

    /// <summary>Still on its way.</summary>
    public const string Pending = "pending";
}
