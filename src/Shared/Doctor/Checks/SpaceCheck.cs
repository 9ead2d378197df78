using System.Globalization;
using Sync.Shared.Output;

namespace Sync.Shared.Doctor.Checks;

/// <summary>Free space where files are placed, and where the agent keeps its own.</summary>
internal sealed class SpaceCheck : IDoctorCheck
{
    private const string Name = "space";
    private const long UsualMinFree = 64L << 20;

    public Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        var places = patient.Roots.Select(r => (r.Path, Share: (string?)r.Share, Least: r.MinFreeBytes ?? UsualMinFree)).Append((patient.Data.Path, null, UsualMinFree));
        var findings = new List<DoctorFinding>();
        foreach (var (path, share, least) in places)
        {
            if (!Directory.Exists(path))
                continue;
            var drive = new DriveInfo(path);
            findings.Add(Judge(path, share, drive.AvailableFreeSpace, drive.TotalSize, least));
        }

        return Task.FromResult<IReadOnlyList<DoctorFinding>>(findings);
    }

    /// <summary>What so much room is worth. Pure.</summary>
    public static DoctorFinding Judge(string path, string? share, long free, long total, long least)
    {
        // As the placer: of a small volume, a twentieth.
        var needed = Math.Min(least, total / 20);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Printable.Bytes(free)} of {Printable.Bytes(total)} free at {path}");
        var mend = $"df -h {DoctorText.Quote(path)}   # then make room";
        if (free < needed)
            return DoctorFinding.Problem(Name, $"{text}: below {Printable.Bytes(needed)} {(share is null ? "nothing may be remembered as durable" : "no content is placed (no-space)")}", mend, share);
        return free < Math.Max(needed * 4, total / 50)
            ? DoctorFinding.Warning(Name, text + ": nearly full", mend, share)
            : DoctorFinding.Ok(Name, text, share);
    }
}
