namespace Sync.Shared.Doctor.Checks;

/// <summary>Whether this machine's clock is kept right by a time service. How far it is off from the host's is told by <see cref="HostLinkCheck"/>.</summary>
internal sealed class ClockCheck(IProgramRunner programs) : IDoctorCheck
{
    private const string Name = "clock";

    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        if (await programs.RunAsync("timedatectl", ["show", "--property=NTPSynchronized"], cancel) is not { Code: 0 } told)
            return [];
        return [Judge(told.Output)];
    }

    /// <summary>What <c>timedatectl show</c> says. Pure.</summary>
    public static DoctorFinding Judge(string output) => output.Contains("NTPSynchronized=yes", StringComparison.Ordinal)
        ? DoctorFinding.Ok(Name, "kept by a time service")
        : DoctorFinding.Warning(Name, "no time service keeps this clock: newest-wins and what people read go by it", "sudo timedatectl set-ntp true");
}
