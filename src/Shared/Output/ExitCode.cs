namespace Sync.Shared.Output;

/// <summary>What the process ends with. Scripts rely on the values: never renumber.</summary>
internal enum ExitCode
{
    /// <summary>All was done.</summary>
    Done = 0,

    /// <summary>Something failed; stderr says what.</summary>
    Failed = 1,

    /// <summary>The command line was not understood.</summary>
    Usage = 2,

    /// <summary>Conflicts are left.</summary>
    ConflictsLeft = 3,

    /// <summary>Halted for safety; a person has to say go on.</summary>
    Halted = 4,

    /// <summary>The host cannot be reached.</summary>
    Unreachable = 5,

    /// <summary>The host, or this user's rights, do not allow it.</summary>
    NotAllowed = 6,
}
