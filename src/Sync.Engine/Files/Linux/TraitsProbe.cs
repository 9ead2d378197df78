using System.Globalization;
using System.Security.Cryptography;
using Sync.Engine.Names;

namespace Sync.Engine.Files.Linux;

/// <summary>Finds out what a file system really does, by doing it to small files under `.sync/`.</summary>
internal static class TraitsProbe
{
    // An odd second, and nanoseconds that no coarser step leaves as they are.
    private const long ProbeMtimeNs = 1_000_000_001_987_654_321;

    // One nanosecond; NTFS; microseconds; milliseconds; 10 ms; 1 s; FAT.
    private static readonly long[] Grains = [1, 100, 1_000, 1_000_000, 10_000_000, 1_000_000_000, 2_000_000_000];

    /// <summary>The traits of a file system that cannot be written to, or has not been probed: the least that can be.</summary>
    public static FileSystemTraits Unprobed(in KnownFileSystem known, ulong device) => new()
    {
        Name = known.Name,
        Device = device,
        CanExchange = false,
        FoldsCase = false,
        Names = NameRules.Of(known.Name),
        HasSymlinks = true,
        HasModes = true,
        HasLinkTimes = true,
        MtimeGrainNs = 1,
        NeedsPolling = known.IsRemote,
    };

    public static FileSystemTraits Probe(LinuxFileSystem files, FileSystemTraits unprobed)
    {
        var stem = string.Create(CultureInfo.InvariantCulture, $"{PrivateDirectory.Name}/probe-{RandomNumberGenerator.GetHexString(16, lowercase: true)}");
        var (first, second, link) = (stem + "-a", stem + "-b", stem + "-l");
        var (composed, decomposed) = (stem + "-\u00e9", stem + "-e\u0301");
        try
        {
            if (!Create(files, first) || !Create(files, second))
                return unprobed;
            var grain = MtimeGrain(files, first);
            var probed = unprobed with
            {
                HasTimes = grain is not null,
                MtimeGrainNs = grain ?? Grains[^1],
                HasModes = HasModes(files, first),
                FoldsCase = files.Stat(Path.Join(PrivateDirectory.Name, first[(PrivateDirectory.Name.Length + 1)..].ToUpperInvariant()), out _) == FsError.None,
                FoldsForms = FoldsForms(files, composed, decomposed),
                HasSymlinks = files.MakeSymlink(link, "target") == FsError.None,
            };
            return probed with { HasLinkTimes = probed.HasSymlinks && files.SetMtime(link, ProbeMtimeNs) == FsError.None, CanExchange = CanExchange(files, first, second) };
        }
        finally
        {
            // What cannot be removed is found and swept with the rest of `.sync/` later.
            _ = files.RemoveFile(first);
            _ = files.RemoveFile(second);
            _ = files.RemoveFile(link);
            _ = files.RemoveFile(composed);
        }
    }

    private static bool Create(LinuxFileSystem files, string path)
    {
        var error = files.Create(path, out var file);
        file?.Dispose();
        return error == FsError.None;
    }

    /// <summary>Where the name cannot be made at all (another character set), nothing folds.</summary>
    private static bool FoldsForms(LinuxFileSystem files, string composed, string decomposed) =>
        Create(files, composed) && files.Stat(decomposed, out _) == FsError.None;

    private static bool CanExchange(LinuxFileSystem files, string first, string second)
    {
        if (files.Stat(first, out var before) != FsError.None
            || files.Rename(first, second, RenameMode.Exchange) != FsError.None
            || files.Stat(second, out var after) != FsError.None)
            return false;
        return before.Stamp.FileKey == after.Stamp.FileKey && files.Rename(first, second, RenameMode.NoReplace) == FsError.Exists;
    }

    private static bool HasModes(LinuxFileSystem files, string path)
    {
        const uint Odd = 0x1E1; // 0741
        const uint Plain = 0x180; // 0600
        return files.SetMode(path, Odd) == FsError.None && files.Stat(path, out var odd) == FsError.None && odd.Mode == Odd
            && files.SetMode(path, Plain) == FsError.None && files.Stat(path, out var plain) == FsError.None && plain.Mode == Plain;
    }

    /// <summary>Null: it cannot be set (exfat-fuse says that it was, and leaves it).</summary>
    private static long? MtimeGrain(LinuxFileSystem files, string path)
    {
        if (files.SetMtime(path, ProbeMtimeNs) != FsError.None || files.Stat(path, out var stat) != FsError.None)
            return null;
        foreach (var grain in Grains)
        {
            if (ProbeMtimeNs / grain * grain == stat.Stamp.MtimeNs)
                return grain;
        }

        return Math.Abs(ProbeMtimeNs - stat.Stamp.MtimeNs) <= Grains[^1] ? Grains[^1] : null;
    }
}
