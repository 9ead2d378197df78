namespace Sync.Engine.Pulling;

/// <summary>Why a directory cannot be pulled into.</summary>
public enum WorkspaceTrouble
{
    /// <summary>A call to the disk failed.</summary>
    Disk,

    /// <summary>The disk or a quota is full.</summary>
    Full,

    /// <summary>This user may not.</summary>
    Denied,

    /// <summary>It holds what no pull has put there; a person has to say go on.</summary>
    Foreign,

    /// <summary>Another pull is under way.</summary>
    Busy,

    /// <summary>It cannot be exchanged as a whole: a mount point, or a file system that has no such call.</summary>
    NotExchangeable,
}
