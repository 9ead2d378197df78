using Sync.Engine.Files;

namespace Sync.Engine.Pulling;

/// <summary>A directory cannot be pulled into. The message is for people: what, which path, what to do next.</summary>
public sealed class WorkspaceException : Exception
{
    /// <summary>With a reason that decides the exit code.</summary>
    public WorkspaceException(WorkspaceTrouble trouble, string message, Exception? inner = null)
        : base(message, inner) => Trouble = trouble;

    /// <summary>The reason.</summary>
    public WorkspaceTrouble Trouble { get; }

    internal static WorkspaceException Of(FsError error, string what) => error switch
    {
        FsError.NoSpace => new(WorkspaceTrouble.Full, $"{what}: the disk or the quota is full. Free some space, and pull again: it goes on where it stopped."),
        FsError.Denied or FsError.ReadOnly => new(WorkspaceTrouble.Denied, $"{what}: {error.InWords()}. Change its mode, or run as its owner."),
        _ => new(WorkspaceTrouble.Disk, $"{what}: {error.InWords()}."),
    };
}
