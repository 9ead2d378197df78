using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Disks;

/// <summary>A disk as one process of the engine sees it: each call is an effect, at which the process may die, the disk may fail, or a user may be faster.</summary>
internal sealed class SimFileSystem(SimDisk disk, SimProcess process, Trace trace, DiskFaults faults) : IFileSystem
{
    public FileSystemTraits Traits { get; } = new()
    {
        Name = "simulated",
        Device = 1,
        CanExchange = disk.Traits.CanExchange,
        FoldsCase = disk.Traits.FoldsCase,
        FoldsForms = disk.Traits.FoldsForms,
        Names = disk.Traits.Names,
        HasSymlinks = true,
        HasModes = true,
        HasLinkTimes = true,
        MtimeGrainNs = disk.Traits.MtimeGrainNs,
        NeedsPolling = false,
    };

    public bool RootIsIntact => true;

    public FsError Stat(string path, out FileStat stat)
    {
        stat = default;
        var error = Begin(DiskCall.Look);
        if (error != FsError.None) return error;
        error = disk.Find(path, out var inode);
        if (error == FsError.None) stat = inode.Stat;
        return Seen("stat", path, error, inode);
    }

    public FsError Stat(string path, out FileStat stat, out ulong directory)
    {
        var error = Stat(path, out stat);
        directory = disk.Find(SharePath.Split(path).Directory, out var parent) == FsError.None ? parent.Stat.Stamp.FileKey : 0;
        return error;
    }

    public FsError List(string path, List<DirectoryItem> items)
    {
        var error = Begin(DiskCall.Look);
        if (error != FsError.None) return error;
        error = disk.Find(path, out var inode);
        if (error != FsError.None) return error;
        if (inode.Kind == EntryKind.Symlink) return FsError.Escapes;
        if (inode.Children is null) return FsError.NotDirectory;
        foreach (var (name, child) in inode.Children) items.Add(new DirectoryItem(name, name, child.Stat, FsError.None));
        return Seen("list", path, FsError.None);
    }

    public FsError OpenRead(string path, out IReadableFile? file)
    {
        file = null;
        var error = Begin(DiskCall.Open);
        if (error != FsError.None) return error;
        error = disk.Find(path, out var inode);
        if (error != FsError.None) return error;
        if (inode.Kind == EntryKind.Symlink) return FsError.Escapes;
        if (inode.Kind == EntryKind.Directory) return FsError.IsDirectory;
        file = new SimReadableFile(this, inode);
        return Seen("read", path, FsError.None, inode);
    }

    public FsError Create(string path, out IWritableFile? file)
    {
        file = null;
        var error = Begin(DiskCall.Write);
        if (error != FsError.None) return error;
        error = disk.Make(path, EntryKind.File, 0x180, out var inode);
        if (error == FsError.None) file = new SimWritableFile(this, disk, inode);
        return Done("create", path, error);
    }

    public FsError OpenWrite(string path, out IWritableFile? file)
    {
        file = null;
        var error = Begin(DiskCall.Open);
        if (error != FsError.None) return error;
        if (!PrivateDirectory.Holds(path)) return FsError.Invalid;
        error = disk.Find(path, out var inode);
        if (error == FsError.None && inode.Kind != EntryKind.File) error = FsError.Invalid;
        if (error == FsError.None) file = new SimWritableFile(this, disk, inode);
        return error;
    }

    public FsError MakeDirectory(string path, uint mode) => MakeDirectory(path, mode, out _);

    public FsError MakeDirectory(string path, uint mode, out FileStat made)
    {
        made = default;
        var error = Begin(DiskCall.Write);
        if (error != FsError.None) return error;
        if (path.Length == 0) return Done("mkdir", path, FsError.Exists);
        error = disk.Make(path, EntryKind.Directory, mode, out var inode);
        if (error == FsError.None) made = inode.Stat;
        return Done("mkdir", path, error);
    }

    public FsError MakeSymlink(string path, string target) => Begin(DiskCall.Write) is var error and not FsError.None ? error
        : Done("symlink", path, disk.Make(path, EntryKind.Symlink, 0x1FF, out _, target));

    public FsError ReadLink(string path, out string? target)
    {
        target = null;
        var error = Begin(DiskCall.Look);
        if (error != FsError.None) return error;
        error = disk.Find(path, out var inode);
        if (error != FsError.None) return error;
        target = inode.LinkTarget;
        return target is null ? FsError.Invalid : FsError.None;
    }

    public FsError Rename(string from, string to, RenameMode mode) => Rename(from, to, mode, out _);

    public FsError Rename(string from, string to, RenameMode mode, out FileStat placed, out FsError looked, out ulong directory)
    {
        placed = default;
        var error = Rename(from, to, mode, out directory);
        // Others have their turn before the look.
        looked = error == FsError.None ? Stat(to, out placed) : FsError.None;
        return error;
    }

    private FsError Rename(string from, string to, RenameMode mode, out ulong directory)
    {
        directory = 0;
        var error = Begin(DiskCall.Change);
        if (error != FsError.None) return error;
        if (disk.Find(SharePath.Split(to).Directory, out var into) == FsError.None) directory = into.Stat.Stamp.FileKey;
        if (mode == RenameMode.Replace) disk.TellReplacing(to);
        error = disk.Rename(from, to, mode);
        if (trace.IsRead) trace.Say(process.Scheduler.NowNs, process.Name, $"from {from}");
        return Done(mode switch { RenameMode.Exchange => "exchange", RenameMode.Replace => "replace", _ => "rename" }, to, error);
    }

    public FsError RemoveFile(string path) => Begin(DiskCall.Change) is var error and not FsError.None ? error : Done("unlink", path, disk.RemoveFile(path));

    public FsError RemoveDirectory(string path) => Begin(DiskCall.Change) is var error and not FsError.None ? error : Done("rmdir", path, disk.RemoveDirectory(path));

    public FsError SetMode(string path, uint mode)
    {
        var error = Begin(DiskCall.Change);
        if (error != FsError.None) return error;
        error = disk.Find(path, out var inode);
        if (error == FsError.None) error = inode.Kind == EntryKind.Symlink ? FsError.Unsupported : disk.SetMode(inode, mode);
        return Done("chmod", path, error);
    }

    public FsError SetOwner(string path, ulong owner) => FsError.None;

    public FsError SetMtime(string path, long mtimeNs)
    {
        var error = Begin(DiskCall.Change);
        if (error != FsError.None) return error;
        error = disk.Find(path, out var inode);
        if (error == FsError.None) disk.SetMtime(inode, mtimeNs);
        return Done("utime", path, error);
    }

    public FsError Sync(string path)
    {
        var error = Begin(DiskCall.Sync);
        if (error != FsError.None) return error;
        error = disk.Find(path, out var inode);
        if (error == FsError.None) disk.Sync(inode);
        return error;
    }

    public FsError SyncAll()
    {
        var error = Begin(DiskCall.Sync);
        if (error == FsError.None) disk.SyncAll();
        return error;
    }

    public bool? HasNoWriter(string path)
    {
        if (Begin(DiskCall.Look) != FsError.None || disk.Find(path, out var inode) != FsError.None) return null;
        return inode.Writers == 0;
    }

    public FsError Space(out long free, out long total)
    {
        total = 1L << 40;
        free = disk.IsFull ? 0 : total / 2;
        return FsError.None;
    }

    public void Dispose()
    {
        // The disk outlives who uses it.
    }

    /// <summary>Before a call's own work: whatever is to come between comes now.</summary>
    public FsError Begin(DiskCall call)
    {
        process.Effect();
        process.Scheduler.Interleave();
        return faults.Next(call);
    }

    private FsError Seen(string what, string path, FsError error, Inode? inode = null)
    {
        if (trace.IsRead) trace.Say(process.Scheduler.NowNs, process.Name, $"looks: {what} {path}: {error}{(error == FsError.None && inode is not null ? $" {inode.Stat.Stamp}" : "")}");
        return error;
    }

    private FsError Done(string what, string path, FsError error)
    {
        trace.Add(process.Scheduler.NowNs, process.Name, what, path);
        if (trace.IsRead) trace.Say(process.Scheduler.NowNs, process.Name, $"     {error}");
        return error;
    }
}
