using System.Globalization;
using Sync.Protocol.Identities;

namespace Sync.Shared.Doctor.Checks;

/// <summary>The agent: whether it runs, what it says of its shares, and who may read its data.</summary>
internal sealed class AgentCheck : IDoctorCheck
{
    private const string Name = "agent";

    public Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        var findings = new List<DoctorFinding>();
        if (patient.Status is { } status)
        {
            findings.Add(DoctorFinding.Ok(Name, string.Create(CultureInfo.InvariantCulture, $"{patient.Program} {status.Version} runs as process {status.ProcessId}")));
            foreach (var share in status.Shares)
            {
                var reason = share.Reason.Length > 0 ? ": " + share.Reason : "";
                findings.Add(share.State switch
                {
                    "halted" => DoctorFinding.Problem(Name, $"halted{reason}", $"{patient.Program} status --share {share.Name}   # then resume, or resume --force", share.Name),
                    "refused" => DoctorFinding.Problem(Name, $"refused by the host{reason}", "sync-host invite --share " + share.Name + "   # on the host, then join again", share.Name),
                    "disconnected" => DoctorFinding.Problem(Name, $"not connected{reason}", null, share.Name),
                    _ when share.ProblemCount > 0 => DoctorFinding.Warning(
                        Name, string.Create(CultureInfo.InvariantCulture, $"{share.State}, {share.ProblemCount} paths with problems"), $"{patient.Program} status --share {share.Name}", share.Name),
                    _ => DoctorFinding.Ok(Name, share.State + reason, share.Name),
                });
            }
        }
        else
        {
            findings.Add(DoctorFinding.Warning(Name, "no agent runs", patient.StartCommand));
        }

        findings.AddRange(Modes(patient));
        return Task.FromResult<IReadOnlyList<DoctorFinding>>(findings);
    }

    private static IEnumerable<DoctorFinding> Modes(DoctorPatient patient)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(patient.Data.Path))
            yield break;
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        var identity = Path.Combine(patient.Data.IdentityDirectory, PeerIdentity.FileName);
        foreach (var (path, mode) in ((string, string)[])[(patient.Data.Path, "700"), (identity, "600")])
        {
            if (Path.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0)
                yield return DoctorFinding.Problem(Name, $"{path} is open to other users", $"chmod {mode} {DoctorText.Quote(path)}");
        }
    }
}
