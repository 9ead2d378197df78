namespace Sync.Simulation.Tests.Users;

/// <summary>How large and how bad scripts are, on average.</summary>
internal sealed record ScriptLimits
{
    /// <summary>What the seeds of the tests are run with. Changing it changes what every seed means.</summary>
    public static readonly ScriptLimits Default = new();

    public int Guests { get; init; } = 4;

    /// <summary>Of users; four of five find something to be done to.</summary>
    public int Acts { get; init; } = 264;

    public int Faults { get; init; } = 6;

    public bool VariesDisks { get; init; } = true;

    /// <summary>In some runs one side wins where two have edited.</summary>
    public bool VariesPolicies { get; init; } = true;

    /// <summary>Some users work in git directories.</summary>
    public bool HasGit { get; init; } = true;

    /// <summary>Disks hold different names, and users give such names.</summary>
    public bool HasNames { get; init; }

    /// <summary>Some guests have CRLF in files of some names, and users write texts of all sorts.</summary>
    public bool HasLines { get; init; }

    /// <summary>Users swap the names of files, and of directories.</summary>
    public bool HasSwaps { get; init; } = true;

    /// <summary>In some runs guests only send, only receive or are exact copies, or the whole share goes to the host.</summary>
    public bool VariesDirections { get; init; }

    /// <summary>In some runs there are guests that may only read.</summary>
    public bool HasReaders { get; init; }

    /// <summary>In some runs users edit ignore files.</summary>
    public bool HasIgnores { get; init; }

    public IReadOnlyCollection<ActKind> FaultKinds { get; init; } =
    [
        ActKind.Kill, ActKind.KillAtEffect, ActKind.PowerLoss, ActKind.PowerLossAtEffect, ActKind.CutLink, ActKind.BreakLink, ActKind.Overflow, ActKind.BadDisk,
        ActKind.FullDisk, ActKind.SlowNetwork,
    ];
}
