namespace Sync.Simulation.Tests.Users;

/// <summary>What a user, or fate, does.</summary>
internal enum ActKind
{
    Create,
    Overwrite,
    Replace,
    Append,
    Delete,
    MoveFile,
    MoveOver,
    MakeDirectory,
    MoveDirectory,
    DeleteTree,
    ChangeMode,
    MakeLink,
    Touch,
    Copy,
    Swap,
    EditIgnores,
    Revert,

    Kill,
    KillAtEffect,
    PowerLoss,
    PowerLossAtEffect,
    CutLink,
    BreakLink,
    Overflow,
    BadDisk,
    FullDisk,
    SlowNetwork,
}
