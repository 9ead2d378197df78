using System.Diagnostics;
using System.Formats.Tar;

namespace Sync.Bench.Compare;

/// <summary>Unpacks a source tree, and gives every file's mtime a fraction of a second, as a file edited on a machine has.</summary>
internal static class TarUnpacker
{
    private const long TicksPerFile = 7_919_333;

    /// <param name="archive">A <c>.tar.xz</c> with one directory at its top, which is left out.</param>
    /// <param name="target">Made here, complete or not at all.</param>
    /// <param name="files">Stop after so many files; 0 for all.</param>
    public static async Task UnpackAsync(string archive, string target, int files)
    {
        var partial = target + ".partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        using var xz = Process.Start(new ProcessStartInfo("xz", ["-dc", archive]) { UseShellExecute = false, RedirectStandardOutput = true }) ?? throw new InvalidOperationException("xz did not start");
        await using var tar = new TarReader(xz.StandardOutput.BaseStream);
        var made = 0;
        while ((files is 0 || made < files) && await tar.GetNextEntryAsync() is { } entry)
        {
            var slash = entry.Name.IndexOf('/', StringComparison.Ordinal);
            var name = slash < 0 ? "" : entry.Name[(slash + 1)..].TrimEnd('/');
            if (name.Length > 0 && Make(entry, partial, Path.Combine(partial, name), made))
                made++;
        }

        if (!xz.HasExited && files is not 0)
            xz.Kill();
        await xz.WaitForExitAsync();
        if (files is 0 && xz.ExitCode is not 0)
            throw new InvalidDataException($"{archive} could not be unpacked: xz ended with {xz.ExitCode}");
        Directory.Move(partial, target);
    }

    // Whether it was anything but a directory.
    private static bool Make(TarEntry entry, string root, string path, int number)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Directory.CreateDirectory(path);
                return false;
            case TarEntryType.SymbolicLink:
                File.CreateSymbolicLink(path, entry.LinkName);
                return true;
            case TarEntryType.HardLink:
                File.Copy(Path.Combine(root, entry.LinkName[(entry.LinkName.IndexOf('/', StringComparison.Ordinal) + 1)..]), path);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                entry.ExtractToFile(path, overwrite: false);
                break;
            default:
                return false;
        }

        File.SetLastWriteTimeUtc(path, entry.ModificationTime.UtcDateTime.AddTicks(number * TicksPerFile % TimeSpan.TicksPerSecond));
        return true;
    }
}
