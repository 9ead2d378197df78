namespace Sync.Engine.Tags;

/// <summary>Why a tag could not be made, found or removed.</summary>
public enum TagFailure
{
    /// <summary>The name is none, see <see cref="TagName"/>.</summary>
    BadName,

    /// <summary>There is a tag of this name.</summary>
    Exists,

    /// <summary>There is no such tag.</summary>
    Unknown,

    /// <summary>Files changed, or could not be read, in every round.</summary>
    Restless,

    /// <summary>The share's disk is full, or has less than its least free space.</summary>
    NoSpace,

    /// <summary>The share's disk could not be written or read.</summary>
    Disk,

    /// <summary>The share is halted: a person has to say go on.</summary>
    Halted,
}
