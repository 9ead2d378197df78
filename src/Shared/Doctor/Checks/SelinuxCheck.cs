namespace Sync.Shared.Doctor.Checks;

/// <summary>SELinux: whether it is enforced, and whether a confined agent (in a container) may use its directories by their labels.</summary>
internal sealed class SelinuxCheck(IProgramRunner programs) : IDoctorCheck
{
    private const string Name = "selinux";

    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        const string Enforce = "/sys/fs/selinux/enforce";
        if (!File.Exists(Enforce))
            return [];
        var enforcing = (await File.ReadAllTextAsync(Enforce, cancel)).Trim() is "1";
        var mine = (await File.ReadAllTextAsync("/proc/self/attr/current", cancel)).TrimEnd('\0', '\n');
        var findings = new List<DoctorFinding>();
        foreach (var root in patient.Roots)
        {
            if (await programs.RunAsync("stat", ["-c", "%C", root.Path], cancel) is { Code: 0 } told)
                findings.Add(Judge(enforcing, mine, told.Output.Trim(), root));
        }

        return findings;
    }

    /// <summary>What the labels are worth. Pure.</summary>
    /// <param name="enforcing">It is not only permissive.</param>
    /// <param name="process">The label of this process: user:role:type:level.</param>
    /// <param name="directory">The directory's.</param>
    /// <param name="root">The directory.</param>
    public static DoctorFinding Judge(bool enforcing, string process, string directory, DoctorRoot root)
    {
        var (domain, type) = (Type(process), Type(directory));
        var text = $"{(enforcing ? "enforcing" : "permissive")}, {domain} on {type}";
        // What container runtimes confine; everything else is unconfined, or a policy of its own.
        var confined = domain is "container_t" or "svirt_lxc_net_t" or "svirt_t";
        var open = type is "container_file_t" or "svirt_sandbox_file_t" or "svirt_image_t" or "tmpfs_t";
        if (enforcing && confined && !open)
            return DoctorFinding.Problem(Name, text + ": the container may not use it", $"chcon -Rt container_file_t {DoctorText.Quote(root.Path)}   # on the host of the container, or mount it with :z", root.Share);
        return DoctorFinding.Ok(Name, text, root.Share);
    }

    private static string Type(string label) => label.Split(':') is { Length: >= 3 } parts ? parts[2] : label;
}
