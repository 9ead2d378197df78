namespace Sync.Engine.Files;

/// <summary>How a rename treats what stands at its target.</summary>
public enum RenameMode
{
    /// <summary>Fails with <see cref="FsError.Exists"/> if the target exists.</summary>
    NoReplace,

    /// <summary>Swaps the two; fails with <see cref="FsError.NotFound"/> if the target is missing.</summary>
    Exchange,

    /// <summary>Replaces a file at the target atomically. Only within `.sync/`, or where a file system can do neither of the others.</summary>
    Replace,
}
