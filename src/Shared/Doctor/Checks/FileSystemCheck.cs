using System.Globalization;
using Sync.Engine.Files;
using Sync.Shared.Output;

namespace Sync.Shared.Doctor.Checks;

/// <summary>What the file system of each root can do, found out by doing it in its <c>.sync</c>, and what sync makes of that.</summary>
internal sealed class FileSystemCheck : IDoctorCheck
{
    private const string Name = "filesystem";
    private const long Second = 1_000_000_000;

    public Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel) => Task.Run<IReadOnlyList<DoctorFinding>>(
        () => [.. patient.Roots.SelectMany(root => Look(patient, root))], cancel);

    private static IEnumerable<DoctorFinding> Look(DoctorPatient patient, DoctorRoot root)
    {
        if (!Directory.Exists(root.Path))
            return [DoctorFinding.Problem(Name, $"{root.Path} is missing", $"mount or restore it, or: {Remove(patient, root)}", root.Share)];
        // Only where an agent was: to look must not make a .sync.
        if (!Directory.Exists(Path.Combine(root.Path, ".sync")))
            return [DoctorFinding.Ok(Name, $"{root.Path} is not synced yet; its file system is looked at from the first start on", root.Share)];
        var error = FileSystems.Open(root.Path, out var files);
        if (files is null)
            return [DoctorFinding.Problem(Name, $"{root.Path} cannot be used ({error})", $"ls -la {DoctorText.Quote(root.Path)} {DoctorText.Quote(Path.Combine(root.Path, ".sync"))}", root.Share)];
        using (files)
            return [.. Judge(root, files.Traits, ProbedFile.Look(root.Path, files))];
    }

    /// <summary>What traits are worth. Pure.</summary>
    public static IEnumerable<DoctorFinding> Judge(DoctorRoot root, FileSystemTraits traits, ProbedFile probed)
    {
        var features = new List<string>
        {
            traits.CanExchange ? "exchange of names" : "no exchange of names",
            probed.Reflinks ? "reflinks" : "no reflinks",
            probed.Leases ? "leases" : "no leases",
            traits.FoldsCase ? "folds case" : "case-sensitive",
            "time step " + Step(traits.MtimeGrainNs),
        };
        yield return DoctorFinding.Ok(Name, $"{traits.Name}: {string.Join(", ", features)}", root.Share);
        if (traits.NeedsPolling)
            yield return DoctorFinding.Warning(Name, $"{traits.Name} does not tell of changes made elsewhere: it is polled every 2 s or more", "put the directory on a local file system", root.Share);
        if (!traits.CanExchange)
            yield return DoctorFinding.Warning(Name, "names cannot be exchanged: a write in the instant of a replacement is lost", "use ext4, xfs, btrfs or tmpfs", root.Share);
        if (!probed.Leases)
            yield return DoctorFinding.Warning(Name, "no leases: a program that still writes to a replaced file is only noticed when it closes it", null, root.Share);
        if (traits.FoldsCase)
            yield return DoctorFinding.Warning(Name, "'A' and 'a' are one name here: of two such names only one can be placed (unmaterialised)", null, root.Share);
        if (traits.MtimeGrainNs >= Second)
            yield return DoctorFinding.Warning(Name, $"times are kept in steps of {Step(traits.MtimeGrainNs)}: more has to be hashed", null, root.Share);
        if (!traits.HasTimes)
            yield return DoctorFinding.Warning(Name, "times of files cannot be set: they are those of when a file was placed here, and are not compared", null, root.Share);
        if (!traits.HasModes)
            yield return DoctorFinding.Warning(Name, "permission bits are not kept", null, root.Share);
        if (!traits.HasSymlinks)
            yield return DoctorFinding.Warning(Name, "symbolic links cannot be made: those of others are not placed (unmaterialised)", null, root.Share);
    }

    private static string Remove(DoctorPatient patient, DoctorRoot root) =>
        patient.Program is "sync-host" ? "sync-host share remove " + root.Share : "sync-guest leave " + DoctorText.Quote(root.Path);

    private static string Step(long nanoseconds) => nanoseconds switch
    {
        >= Second => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / Second} s"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000} ms"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds} ns"),
    };
}
