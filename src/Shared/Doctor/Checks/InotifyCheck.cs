using System.Globalization;
using Sync.Shared.Output;

namespace Sync.Shared.Doctor.Checks;

/// <summary>The kernel's limits of watches against the size of the shares: one watch a directory, one instance a share.</summary>
internal sealed class InotifyCheck : IDoctorCheck
{
    private const string Name = "inotify";
    private const string Limits = "/proc/sys/fs/inotify/";

    // For a share whose agent does not run.
    private const long MostCounted = 2_000_000;
    private static readonly TimeSpan LongestCount = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        if (!OperatingSystem.IsLinux() || Read("max_user_watches") is not { } watches || Read("max_user_instances") is not { } instances)
            return [];
        var directories = 0L;
        foreach (var root in patient.Roots)
        {
            var told = patient.Status?.Shares.FirstOrDefault(s => s.Path == root.Path && s.Files + s.Directories > 0);
            directories += told?.Directories + 1 ?? await Task.Run(() => Count(root.Path, cancel), cancel);
        }

        var used = await Task.Run(() => InotifyUse.OfOthers(patient.Status?.ProcessId ?? 0), cancel);
        return Judge(watches, instances, used, directories, patient.Roots.Count);
    }

    /// <summary>What the limits are worth. Pure.</summary>
    /// <param name="watches">The limit of watches a user.</param>
    /// <param name="instances">The limit of instances a user.</param>
    /// <param name="others">What this user's other programs use.</param>
    /// <param name="directories">Directories to watch.</param>
    /// <param name="shares">Instances that are needed.</param>
    public static IReadOnlyList<DoctorFinding> Judge(long watches, long instances, InotifyUse others, long directories, int shares)
    {
        var findings = new List<DoctorFinding>();
        var needed = directories + others.Watches;
        var text = $"{Printable.Count(directories)} directories to watch, {Printable.Count(others.Watches)} watches of other programs, {Printable.Count(watches)} allowed";
        if (needed > watches)
            findings.Add(DoctorFinding.Problem(Name, text + ": what is left over is only polled", Raise("max_user_watches", Ample(needed, 524_288))));
        else if (needed > watches / 4 * 3)
            findings.Add(DoctorFinding.Warning(Name, text + ": soon too few", Raise("max_user_watches", Ample(needed, 524_288))));
        else
            findings.Add(DoctorFinding.Ok(Name, text));

        var open = shares + others.Instances;
        var instanceText = $"{Printable.Count(shares)} instances for shares, {Printable.Count(others.Instances)} of other programs, {Printable.Count(instances)} allowed";
        findings.Add(open > instances
            ? DoctorFinding.Problem(Name, instanceText + ": a share is only polled", Raise("max_user_instances", Ample(open, 512)))
            : DoctorFinding.Ok(Name, instanceText));
        return findings;
    }

    /// <summary>At least twice of what is needed, as a power of two.</summary>
    private static long Ample(long needed, long least) => Math.Max(least, (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)needed * 2));

    private static string Raise(string limit, long value) => string.Create(
        CultureInfo.InvariantCulture, $"echo 'fs.inotify.{limit} = {value}' | sudo tee /etc/sysctl.d/60-sync-{limit.Replace('_', '-')}.conf && sudo sysctl --system");

    private static long? Read(string limit)
    {
        try
        {
            return long.TryParse(File.ReadAllText(Limits + limit), CultureInfo.InvariantCulture, out var value) ? value : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A kernel without inotify, or a sandbox without /proc: there is nothing to say.
            return null;
        }
    }

    private static long Count(string path, CancellationToken cancel)
    {
        if (!Directory.Exists(path))
            return 0;
        var begun = TimeProvider.System.GetTimestamp();
        var count = 1L;
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var _ in Directory.EnumerateDirectories(path, "*", options))
        {
            if (++count >= MostCounted || TimeProvider.System.GetElapsedTime(begun) > LongestCount)
                break;
            cancel.ThrowIfCancellationRequested();
        }

        return count;
    }
}
