namespace Sync.Bench.Scale;

/// <summary>Figures at one number of guests.</summary>
internal sealed record GuestRun
{
    public required int Guests { get; init; }

    /// <summary>Seconds until all had paired, one after the other in a few rows.</summary>
    public required double Pairing { get; init; }

    /// <summary>Seconds until all had a session and the first tree.</summary>
    public required double Connecting { get; init; }

    /// <summary>From the save until the first guest had it, in ms, of each save.</summary>
    public required IReadOnlyList<double> First { get; init; }

    /// <summary>Until half of them had it.</summary>
    public required IReadOnlyList<double> Median { get; init; }

    /// <summary>Until the last one had it.</summary>
    public required IReadOnlyList<double> Last { get; init; }

    /// <summary>The host's VmRSS in MB before the first guest.</summary>
    public required double Before { get; init; }

    /// <summary>And after the saves.</summary>
    public required double Resident { get; init; }

    /// <summary>Its VmHWM.</summary>
    public required double Peak { get; init; }

    /// <summary>TCP connections that the host holds.</summary>
    public required int Connections { get; init; }

    /// <summary>The host's CPU time for one save, in ms.</summary>
    public required double CpuOfSave { get; init; }

    /// <summary>The load process's: all guests together.</summary>
    public required double LoadCpuOfSave { get; init; }

    /// <summary>Per cent of one core that the host uses while nothing happens.</summary>
    public required double IdleCpu { get; init; }

    /// <summary>KB of the host for each guest.</summary>
    public double PerGuest => (Resident - Before) * 1000 / Guests;
}
