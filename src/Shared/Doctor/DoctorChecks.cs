using Sync.Shared.Doctor.Checks;

namespace Sync.Shared.Doctor;

/// <summary>All that is looked at, in the order in which it is told.</summary>
internal static class DoctorChecks
{
    public static IReadOnlyList<IDoctorCheck> All(IProgramRunner programs, TimeProvider time) =>
    [
        new AgentCheck(),
        new InotifyCheck(),
        new FileSystemCheck(),
        new SpaceCheck(),
        new SelinuxCheck(programs),
        new ClockCheck(programs),
        new TlsCheck(),
        new PortCheck(programs),
        new FirewallCheck(programs),
        new HostLinkCheck(time),
    ];

    /// <summary>Runs them side by side; findings come in the order of the checks.</summary>
    public static async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, IProgramRunner programs, TimeProvider time, CancellationToken cancel)
    {
        var found = await Task.WhenAll(All(programs, time).Select(check => check.RunAsync(patient, cancel)));
        return [.. found.SelectMany(findings => findings)];
    }
}
