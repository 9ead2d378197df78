using System.Globalization;
using System.Text;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Pulling;

/// <summary>The right to build beside a directory: a lock (`flock`) on a file in the staging directory, which the kernel takes back when the process ends, however it ends.</summary>
internal sealed class WorkspaceLock : IDisposable
{
    private const string Name = "lock";
    private const int Exclusive = 2;
    private const int NotBlocking = 4;

    private readonly FileDescriptor _file;

    private WorkspaceLock(DirectoryHandle staging, FileDescriptor file)
    {
        Staging = staging;
        _file = file;
    }

    /// <summary>The staging directory, open.</summary>
    public DirectoryHandle Staging { get; }

    /// <summary>Makes the staging directory if it is missing, and takes it.</summary>
    /// <param name="parent">The directory that holds it.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="shown">What is pulled into, for messages.</param>
    /// <exception cref="WorkspaceException">Somebody else has it, or it cannot be made.</exception>
    public static WorkspaceLock Take(DirectoryHandle parent, string name, string shown)
    {
        while (true)
        {
            var error = parent.MakeDirectory(name, PrivateDirectory.Mode);
            if (error is not (FsError.None or FsError.Exists)) throw WorkspaceException.Of(error, $"The new tree is built beside {shown}, and nothing can be made there");
            error = parent.OpenDirectory(name, out var staging);
            // Its last user has just removed it.
            if (error == FsError.NotFound) continue;
            if (error != FsError.None) throw WorkspaceException.Of(error, name);
            error = staging!.OpenOrCreate(Name, 0x180, out var file);
            if (error == FsError.NotFound)
            {
                staging.Dispose();
                continue;
            }

            if (error != FsError.None) throw WorkspaceException.Of(error, name + "/" + Name);
            if (!TryLock(file!))
            {
                var holder = Holder(file!);
                file!.Dispose();
                staging.Dispose();
                throw new WorkspaceException(WorkspaceTrouble.Busy, $"Another pull into {shown} is under way{holder}. Wait for it to end, or end it.");
            }

            // Whoever had it before may have removed it between the look and the lock.
            if (OpenFile.Stat(file!, out var mine) == FsError.None && staging.Stat(Name, out var there) == FsError.None && mine.Stamp.FileKey == there.Stamp.FileKey
                && staging.Stat(out var held) == FsError.None && parent.Stat(name, out var placed) == FsError.None && held.Stamp.FileKey == placed.Stamp.FileKey)
            {
                Sign(file!);
                return new WorkspaceLock(staging, file!);
            }

            file!.Dispose();
            staging.Dispose();
        }
    }

    /// <summary>Removes the staging directory, which has nothing left in it but the lock, and lets go.</summary>
    public void Remove(DirectoryHandle parent, string name)
    {
        Staging.RemoveFile(Name);
        parent.RemoveDirectory(name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        Staging.Dispose();
    }

    private static bool TryLock(FileDescriptor file)
    {
        while (LibC.flock(file, Exclusive | NotBlocking) != 0)
        {
            if (Errno.Interrupted) continue;
            // A file system without locks lets everybody in, as it does everywhere.
            return Errno.Last != Errno.EAGAIN;
        }

        return true;
    }

    private static void Sign(FileDescriptor file)
    {
        var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {Environment.MachineName}\n"));
        if (LibC.ftruncate(file, 0) == 0) _ = OpenFile.Write(file, 0, text);
    }

    private static string Holder(FileDescriptor file)
    {
        var bytes = new byte[256];
        if (OpenFile.Read(file, 0, bytes, out var read) != FsError.None) return "";
        var parts = Encoding.UTF8.GetString(bytes, 0, read).Trim().Split(' ');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? string.Create(CultureInfo.InvariantCulture, $" (process {id} on {parts[1]})") : "";
    }
}
