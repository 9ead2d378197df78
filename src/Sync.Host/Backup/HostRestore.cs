using System.Globalization;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Backup;

/// <summary>Puts a backup in the place of a data directory's state. What was there is set aside in it, databases too: the next start makes them anew,
/// under an epoch that no guest has seen, so everything is compared by content and nothing newer is taken for an edit of something older.</summary>
internal static class HostRestore
{
    /// <summary>Restores. The caller holds the data directory's lock.</summary>
    /// <param name="data">Where.</param>
    /// <param name="archive">What, checked.</param>
    /// <param name="force">Whether a state that is there may be set aside.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Where what was there is now; null if there was nothing.</returns>
    /// <exception cref="CommandFailure">There is a state, and no <paramref name="force"/>; or the disk cannot be written.</exception>
    public static string? Restore(DataDirectory data, BackupArchive archive, bool force, TimeProvider time)
    {
        var present = Directory.EnumerateFileSystemEntries(data.Path).Where(IsState).ToList();
        if (present.Count > 0 && !force)
            throw new CommandFailure($"{Printable.Text(data.Path)} has a state already; restore to another directory with --data, or set that state aside with --force");
        try
        {
            // Written in full before anything is moved: a full disk changes nothing.
            var fresh = Path.Combine(data.Path, "restoring");
            if (Directory.Exists(fresh))
                Directory.Delete(fresh, recursive: true);
            foreach (var (name, bytes) in archive.Files)
                WriteFile(Path.Combine(fresh, name), bytes);
            var aside = present.Count > 0 ? SetAside(data, present, time) : null;
            foreach (var entry in Directory.EnumerateFileSystemEntries(fresh).ToList())
                Directory.Move(entry, Path.Combine(data.Path, Path.GetFileName(entry)));
            Directory.Delete(fresh);
            return aside;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{Printable.Text(data.Path)} cannot be restored: {e.Message}; what was there is in it, or in its before-… directory", e);
        }
    }

    // Not: the lock that is held, what an earlier restore set aside or left half done.
    private static bool IsState(string path) => Path.GetFileName(path) is var name
        && name is not ("lock" or "agent.pid" or "restoring") && !name.StartsWith("before-", StringComparison.Ordinal);

    private static string SetAside(DataDirectory data, List<string> present, TimeProvider time)
    {
        var aside = Path.Combine(data.Path, string.Create(CultureInfo.InvariantCulture, $"before-{time.GetUtcNow():yyyyMMdd-HHmmss}"));
        MakeDirectory(aside);
        foreach (var entry in present)
            Directory.Move(entry, Path.Combine(aside, Path.GetFileName(entry)));
        return aside;
    }

    private static void WriteFile(string path, byte[] bytes)
    {
        MakeDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, bytes);
    }

    private static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
