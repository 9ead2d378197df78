using System.IO.Enumeration;
using Sync.Engine.Files;
using Sync.Shared.Output;

namespace Sync.Shared.Data;

/// <summary>Which directories may be synced side by side.</summary>
internal static class DirectoryRules
{
    /// <summary>Checks a directory against the others and against the data directory, also as bind mounts show them. All are real paths.</summary>
    /// <param name="directory">The new one.</param>
    /// <param name="others">Those in use: what each is called in messages, and where it is.</param>
    /// <param name="data">The data directory.</param>
    /// <exception cref="CommandFailure">It is one of them, inside one, holds one, or holds the data directory.</exception>
    public static void CheckApart(string directory, IEnumerable<(string Label, string Path)> others, string data)
    {
        var mounts = MountTable.Read();
        foreach (var (label, path) in others)
        {
            var other = Printable.Text(path);
            if (NameWithin(mounts, directory, path) is { } name)
            {
                throw new CommandFailure(name.Length == path.Length
                    ? $"{Shown(directory, name)} is already {label}; choose another directory"
                    : $"{Shown(directory, name)} is inside {other}, which is {label}; choose a directory outside of it");
            }

            if (NameWithin(mounts, path, directory) is { } otherName)
                throw new CommandFailure($"{Printable.Text(directory)} holds {Shown(path, otherName)}, which is {label}; choose a directory that does not");
        }

        if (NameWithin(mounts, data, directory) is { } dataName)
        {
            if (dataName.Length == directory.Length)
                throw new CommandFailure($"{Shown(directory, data)} is the data directory itself; sync another directory, or choose another with --data");
            throw new CommandFailure($"{Printable.Text(directory)} holds the data directory {Shown(data, dataName)}; choose another with --data, or sync another directory");
        }

        if (NameWithin(mounts, directory, data) is { } inData)
            throw new CommandFailure($"{Shown(directory, inData)} is inside the data directory {Printable.Text(data)}; sync another directory");
    }

    /// <summary>Checks that no other agent of this machine has a directory, or one above it, that it is in no other agent's data directory, and that it is not what another machine
    /// syncs, mounted here (NFS, virtiofs, vboxsf, sshfs): locks do not tell of that, but the other's `.sync` is seen. So is one below it.</summary>
    /// <param name="directory">A real path that <see cref="CheckApart"/> has passed: what this agent itself has is not asked about.</param>
    /// <exception cref="CommandFailure">Another agent has it.</exception>
    public static void CheckUnclaimed(string directory)
    {
        var remote = RemoteFileSystem(directory);
        foreach (var name in MountTable.Read().NamesOf(directory))
        {
            for (var at = name; at is not null; at = Path.GetDirectoryName(at))
            {
                var where = Shown(directory, name) + (string.Equals(at, name, StringComparison.Ordinal) ? "" : $" is inside {Printable.Text(at)}, which");
                if (DirectoryClaim.IsTaken(at))
                    throw new CommandFailure($"{where} is synced by another agent of this machine; choose another directory");
                if (DataDirectory.IsOne(at))
                    throw new CommandFailure($"{where} is an agent's data directory; choose another directory");
                if (remote is not null && Directory.Exists(Path.Join(at, PrivateDirectory.Name)))
                    throw new CommandFailure($"{where} is on {remote}, and another machine syncs it: {Printable.Text(Path.Join(at, PrivateDirectory.Name))} is there. Changes would chase themselves. Choose a local directory; if nothing syncs that one any more, remove its {PrivateDirectory.Name} first");
            }
        }

        if (ReplicaBelow(directory) is { } below)
            throw new CommandFailure($"{Printable.Text(directory)} holds {Printable.Text(below)}, which is synced by itself, by an agent of this machine or of another that mounts it. Changes would chase themselves. Choose another directory; if nothing syncs that one any more, remove its {PrivateDirectory.Name} first");
    }

    /// <summary>A directory below this one that has, by the mark in its `.sync`, a replica of its own; null if there is none. Takes a look into every directory.</summary>
    private static string? ReplicaBelow(string directory)
    {
        if (!Directory.Exists(directory)) return null;
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };
        var found = new FileSystemEnumerable<string>(directory, static (ref FileSystemEntry entry) => entry.Directory.ToString(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.FileName.SequenceEqual(PrivateDirectory.Name) && entry.IsDirectory && entry.Directory.Length > entry.RootDirectory.Length
                && File.Exists(Path.Join(entry.Directory, entry.FileName, PrivateDirectory.MarkName)),
            ShouldRecursePredicate = static (ref FileSystemEntry entry) => !entry.FileName.SequenceEqual(PrivateDirectory.Name) && (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        return found.FirstOrDefault();
    }

    /// <summary>Checks that a directory is there, can be listed, and that the replica's own directory is in it or can be made.</summary>
    public static void CheckUsable(string directory)
    {
        CheckReadable(directory);
        var own = Path.Join(directory, PrivateDirectory.Name);
        if (Directory.Exists(own))
            return;
        try
        {
            // As the engine makes it; one that is not needed after all goes again.
            Directory.CreateDirectory(own);
            Directory.Delete(own);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandFailure(ExitCode.NotAllowed, $"{Printable.Text(directory)} cannot be written by this user; change its mode, or run as its owner", e);
        }
        catch (IOException e)
        {
            throw new CommandFailure($"{Printable.Text(directory)} cannot be written ({e.Message}); name another directory", e);
        }
    }

    /// <summary>The name by which a directory is <paramref name="outer"/> or lies below it: its own, or one through a bind mount; null if there is none.</summary>
    private static string? NameWithin(MountTable mounts, string inner, string outer) =>
        mounts.NamesOf(inner).FirstOrDefault(name => RealPath.IsWithin(name, outer));

    /// <summary>The kind of file system a directory is on, where that is another machine's or FUSE's; else null.</summary>
    private static string? RemoteFileSystem(string directory)
    {
        if (FileSystems.OpenToRead(directory, out var files) != FsError.None || files is null)
            return null;
        using (files)
            return files.Traits.NeedsPolling ? files.Traits.Name : null;
    }

    /// <summary>A directory for messages, with the other name that matters, if one does.</summary>
    private static string Shown(string directory, string name) =>
        string.Equals(directory, name, StringComparison.Ordinal) ? Printable.Text(directory) : $"{Printable.Text(directory)} (by a mount the same as {Printable.Text(name)})";

    /// <summary>Checks that a directory is there and can be listed.</summary>
    private static void CheckReadable(string directory)
    {
        var shown = Printable.Text(directory);
        if (File.Exists(directory))
            throw new CommandFailure($"{shown} is a file, not a directory; name another");
        try
        {
            using var entries = Directory.EnumerateFileSystemEntries(directory).GetEnumerator();
            entries.MoveNext();
        }
        catch (DirectoryNotFoundException e)
        {
            throw new CommandFailure($"{shown} does not exist; make it, or name another directory", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CommandFailure(ExitCode.NotAllowed, $"{shown} cannot be read by this user; change its mode, or run as its owner", e);
        }
        catch (IOException e)
        {
            throw new CommandFailure($"{shown} is not a directory that can be read ({e.Message}); name another", e);
        }
    }
}
