using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>
/// A directory that is pulled into. The new tree is built beside it, in `.NAME.sync-pull`, and takes its place by one exchange of names; what the directory
/// was last pulled to is written down in its own `.sync`, and so changes with it. One user; dispose it.
/// </summary>
internal sealed class Workspace : IDisposable
{
    private const string IndexName = "pull-index";
    private const string PlanName = "plan";
    private const string NextName = "next";
    private const string OldPrefix = "old-";
    private const int MaxName = 255;
    private const uint UsualMode = 0x1ED; // 0755

    private readonly DirectoryHandle _parent;
    private readonly string _name;
    private readonly string _stagingName;
    private readonly WorkspaceLock _lock;
    private readonly DirectoryHandle? _directory;

    private Workspace(string path, DirectoryHandle parent, string name, string stagingName, WorkspaceLock taken, DirectoryHandle? directory)
    {
        Path = path;
        _parent = parent;
        _name = name;
        _stagingName = stagingName;
        _lock = taken;
        _directory = directory;
        if (directory is not null && directory.OpenDirectory(PrivateDirectory.Name, out var own) == FsError.None)
        {
            using (own)
            {
                Index = RecordFile.Read(own!, IndexName);
                IsWorkspace = Index is not null || own!.Stat(IndexName, out _) == FsError.None;
            }
        }
    }

    /// <summary>The directory, absolute, no links on the way.</summary>
    public string Path { get; }

    /// <summary>What the last pull left; null: there was none, or it cannot be read.</summary>
    public WorkspaceRecord? Index { get; }

    /// <summary>A pull has made it, also where its index is damaged.</summary>
    public bool IsWorkspace { get; }

    /// <summary>Whose the directory is, where root pulls into somebody else's: what is put there is theirs. Null: the user's who pulls.</summary>
    public ulong? UsualOwner => LibC.geteuid() == 0 && _directory is not null && _directory.Stat(out var own) == FsError.None && own.Owner != 0 ? own.Owner : null;

    /// <summary>There is something.</summary>
    public bool Exists => _directory is not null;

    /// <summary>Opens a directory to pull into, which need not exist; takes the right to it.</summary>
    /// <param name="path">A real path; the directory above it exists.</param>
    /// <exception cref="WorkspaceException">It cannot be, now or ever.</exception>
    public static Workspace Open(string path)
    {
        if (!Abi.IsSupported) throw new WorkspaceException(WorkspaceTrouble.NotExchangeable, "Directories can be exchanged as a whole on Linux only: join the share here instead.");
        var slash = path.LastIndexOf('/');
        if (slash < 0 || slash == path.Length - 1) throw new WorkspaceException(WorkspaceTrouble.NotExchangeable, $"{path} has no directory above it in which the new tree could be built. Name another.");
        var name = path[(slash + 1)..];
        var error = DirectoryHandle.Open(slash == 0 ? "/" : path[..slash], out var parent);
        if (error != FsError.None) throw WorkspaceException.Of(error, slash == 0 ? "/" : path[..slash]);
        DirectoryHandle? directory = null;
        try
        {
            error = parent!.OpenDirectory(name, out directory);
            if (error is not (FsError.None or FsError.NotFound)) throw WorkspaceException.Of(error, path);
            if (directory is not null) CheckMount(parent, directory, path);
            var staging = StagingName(name);
            return new Workspace(path, parent, name, staging, WorkspaceLock.Take(parent, staging, path), directory);
        }
        catch
        {
            directory?.Dispose();
            parent!.Dispose();
            throw;
        }
    }

    /// <summary>Looks at what is there.</summary>
    public (DiskDirectory Disk, bool IsKnown) Survey(CancellationToken cancel) =>
        _directory is null ? (new DiskDirectory([], [], []), false) : DiskSurvey.Of(_directory, Index?.Known ?? KnownTree.Nothing, cancel);

    /// <summary>The directory's files, for reading and linking; null: it does not exist. The caller disposes it.</summary>
    public TreeRoot? OpenSource() => _directory is not null && DirectoryHandle.Open(Path, out var again) == FsError.None ? TreeRoot.Over(again!) : null;

    /// <summary>Makes the tree under way ready to be built to <paramref name="plan"/>, with what an earlier pull has left.</summary>
    public (TreeRoot Next, Salvage Salvage) Begin(WorkspaceRecord plan, CancellationToken cancel)
    {
        RemoveOld();
        var staging = _lock.Staging;
        var boot = BootId.Read();
        var before = RecordFile.Read(staging, PlanName);
        // Without a plan nobody knows what is in there.
        if (before is null) Check(staging.RemoveAll(NextName), NextName);
        var error = staging.MakeDirectory(NextName, PrivateDirectory.Mode);
        if (error is not (FsError.None or FsError.Exists)) Check(error, NextName);
        Check(staging.OpenDirectory(NextName, out var next), NextName);
        var root = TreeRoot.Over(next!);
        try
        {
            CheckExchange(staging);
            var salvage = before is null ? new Salvage() : Salvage.From(root, before.Known.Tree, plan.Known.Tree, boot is null || before.Boot != boot, cancel);
            Check(RecordFile.Write(staging, PlanName, plan with { Boot = boot, Known = plan.Known with { Stamps = [] } }), PlanName);
            return (root, salvage);
        }
        catch
        {
            root.Dispose();
            throw;
        }
    }

    /// <summary>Gives the built tree its directories' modes, writes down what it is, makes it durable, and puts it in the directory's place.</summary>
    public void Commit(TreeRoot next, WorkspaceRecord index, bool hasLinks, CancellationToken cancel)
    {
        FinishDirectories(next, index.Known.Tree, UsualOwner);
        var error = next.Root.MakeDirectory(PrivateDirectory.Name, PrivateDirectory.Mode);
        if (error != FsError.Exists) Check(error, PrivateDirectory.Name);
        WriteIndex(next.Root, index);
        if (_directory is not null)
        {
            Check(_directory.Stat(out var own), Path);
            if (LibC.geteuid() == 0) Check(next.Root.SetOwner(own.Owner), NextName);
            Check(next.Root.SetMode(own.Mode), NextName);
        }
        else
        {
            Check(next.Root.SetMode(UsualMode), NextName);
        }

        Check(next.Root.SyncAll(), Path);
        cancel.ThrowIfCancellationRequested();
        // What stands in the staging directory from here on is the old tree: no pull may take it for one under way.
        Check(_lock.Staging.RemoveFile(PlanName), PlanName);
        Exchange();
        Check(_parent.Sync(), Path);
        KeepPrivate(next.Root);
        RemoveOld();
        if (hasLinks) WriteIndex(next.Root, Restamp(next, index));
        Check(_lock.Staging.RemoveAll(NextName), NextName);
    }

    /// <summary>Nothing is under way any more: leaves nothing beside the directory.</summary>
    public void Leave()
    {
        RemoveOld();
        Check(_lock.Staging.RemoveFile(PlanName) is var error && error == FsError.NotFound ? FsError.None : error, PlanName);
        Check(_lock.Staging.RemoveAll(NextName), NextName);
    }

    /// <summary>Writes down what the directory is, where that alone has changed.</summary>
    public void Note(WorkspaceRecord index)
    {
        if (_directory is null) return;
        var error = _directory.MakeDirectory(PrivateDirectory.Name, PrivateDirectory.Mode);
        if (error != FsError.Exists) Check(error, PrivateDirectory.Name);
        WriteIndex(_directory, index);
    }

    /// <summary>Free bytes where the new tree is built.</summary>
    public long Free() => _lock.Staging.Space(out var free) == FsError.None ? free : long.MaxValue;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Where nothing is under way nothing is left beside the directory.
        _lock.Remove(_parent, _stagingName);
        _directory?.Dispose();
        _lock.Dispose();
        _parent.Dispose();
    }

    private static void Check(FsError error, string what)
    {
        if (error != FsError.None) throw WorkspaceException.Of(error, what);
    }

    private static void CheckMount(DirectoryHandle parent, DirectoryHandle directory, string path)
    {
        Check(parent.Stat(out var above), path);
        Check(directory.Stat(out var here), path);
        if (above.MountId != here.MountId)
            throw new WorkspaceException(WorkspaceTrouble.NotExchangeable, $"{path} is a mount point, and cannot be exchanged as a whole. Pull into a directory below it.");
    }

    private void CheckExchange(DirectoryHandle staging)
    {
        if (_directory is null) return;
        const string First = "probe-a";
        const string Second = "probe-b";
        staging.RemoveDirectory(First);
        staging.RemoveDirectory(Second);
        Check(staging.MakeDirectory(First, PrivateDirectory.Mode), First);
        Check(staging.MakeDirectory(Second, PrivateDirectory.Mode), Second);
        var error = staging.Rename(First, staging, Second, RenameMode.Exchange);
        staging.RemoveDirectory(First);
        staging.RemoveDirectory(Second);
        if (error != FsError.None) throw NoExchange(error);
    }

    private WorkspaceException NoExchange(FsError error) => new(
        WorkspaceTrouble.NotExchangeable, $"{Path} cannot be exchanged as a whole here: {error.InWords()}. Pull into a directory that does not exist yet, or one on another file system.");

    private void Exchange()
    {
        var error = _directory is null
            ? _lock.Staging.Rename(NextName, _parent, _name, RenameMode.NoReplace)
            : _lock.Staging.Rename(NextName, _parent, _name, RenameMode.Exchange);
        if (error is FsError.CrossDevice or FsError.Invalid or FsError.Unsupported or FsError.Busy) throw NoExchange(error);
        Check(error, Path);
    }

    private static void FinishDirectories(TreeRoot next, PulledTree tree, ulong? usual)
    {
        // From the last to the first: what is in a directory before it, and before it may become one that its owner cannot change.
        for (var i = tree.Count - 1; i >= 0; i--)
        {
            var entry = tree.Entries[i];
            if (entry.Kind != EntryKind.Directory) continue;
            Check(next.Open(tree.PathOf(i), out var directory), tree.PathOf(i));
            using (directory)
            {
                if ((entry.Owner ?? usual) is { } owner) Check(directory!.SetOwner(owner), tree.PathOf(i));
                Check(directory!.SetMtime(entry.MtimeNs), tree.PathOf(i));
                Check(directory.SetMode(entry.Mode), tree.PathOf(i));
            }
        }
    }

    private static void WriteIndex(DirectoryHandle root, WorkspaceRecord index)
    {
        Check(root.OpenDirectory(PrivateDirectory.Name, out var own), PrivateDirectory.Name);
        using (own) Check(RecordFile.Write(own!, IndexName, index), PrivateDirectory.Name + "/" + IndexName);
    }

    /// <summary>The stamps as they are now that the old tree's names are gone: a name less changes a file's ctime.</summary>
    private static WorkspaceRecord Restamp(TreeRoot next, WorkspaceRecord index)
    {
        var stamps = (FileStamp[])index.Known.Stamps.Clone();
        using var open = new LastDirectory(next);
        for (var i = 0; i < stamps.Length; i++)
        {
            var entry = index.Known.Tree.Entries[i];
            if (entry.Kind == EntryKind.Directory) continue;
            if (open.Open(index.Known.Tree.PathOf(entry.Parent), out var directory) != FsError.None || directory!.Stat(entry.Name, out var stat) != FsError.None) continue;
            // RACE: what is written to a linked file between the plan's look and this one, with its size and mtime put back, is taken for unchanged.
            if (stat.Stamp.SameButCtime(stamps[i])) stamps[i] = stat.Stamp;
        }

        return index with { Known = index.Known with { Stamps = stamps } };
    }

    /// <summary>What else an agent has kept in the old tree's private directory, versions above all, goes on in the new one.</summary>
    private void KeepPrivate(DirectoryHandle placed)
    {
        if (_lock.Staging.OpenDirectory(NextName, out var old) != FsError.None) return;
        using (old)
        {
            if (old!.OpenDirectory(PrivateDirectory.Name, out var from) != FsError.None) return;
            using (from)
            {
                var items = new List<DirectoryItem>();
                Check(from!.List(items), PrivateDirectory.Name);
                items.RemoveAll(static i => i.Name is null or IndexName || i.Name.StartsWith(IndexName + ".", StringComparison.Ordinal));
                if (items.Count == 0) return;
                Check(placed.OpenDirectory(PrivateDirectory.Name, out var to), PrivateDirectory.Name);
                using (to)
                    foreach (var item in items) Check(from.Rename(item.Name!, to!, item.Name!, RenameMode.NoReplace), PrivateDirectory.Name);
            }
        }
    }

    /// <summary>Removes trees that were displaced, also by an earlier pull that did not come to it.</summary>
    private void RemoveOld()
    {
        var staging = _lock.Staging;
        if (staging.Stat(PlanName, out _) == FsError.NotFound && staging.Stat(NextName, out _) == FsError.None)
            Check(staging.Rename(NextName, staging, OldPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), RenameMode.NoReplace), NextName);
        Check(_parent.OpenDirectory(_stagingName, out var again), _stagingName);
        using (again)
        {
            var items = new List<DirectoryItem>();
            Check(again!.List(items), _stagingName);
            foreach (var item in items)
                if (item.Name is { } name && name.StartsWith(OldPrefix, StringComparison.Ordinal)) Check(staging.RemoveAll(name), name);
        }
    }

    private static string StagingName(string name)
    {
        var whole = $".{name}.sync-pull";
        return Encoding.UTF8.GetByteCount(whole) <= MaxName
            ? whole
            : string.Create(CultureInfo.InvariantCulture, $".{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))}.sync-pull");
    }
}
