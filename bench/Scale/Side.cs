namespace Sync.Bench.Scale;

/// <summary>Figures of one agent at one size.</summary>
internal sealed record Side
{
    /// <summary>VmRSS in MB after the first sync, once it had settled.</summary>
    public double Resident { get; init; }

    /// <summary>VmHWM in MB until then.</summary>
    public double Peak { get; init; }

    /// <summary>Seconds from the start of the agent on an unchanged tree until it said <c>in-sync</c>.</summary>
    public double Restart { get; init; }

    /// <summary>VmRSS in MB after the restart, settled.</summary>
    public double ResidentAfterRestart { get; init; }

    /// <summary>VmHWM in MB of the restarted agent.</summary>
    public double PeakOfRestart { get; init; }

    /// <summary>Files hashed by the restarted agent: none has changed.</summary>
    public long Hashed { get; init; }

    /// <summary>Per cent of one core while nothing happens.</summary>
    public double IdleCpu { get; init; }

    /// <summary>Bytes written to disk meanwhile.</summary>
    public long IdleWritten { get; init; }

    /// <summary>MB of its databases: index, and on the host the journal.</summary>
    public double Databases { get; init; }
}
