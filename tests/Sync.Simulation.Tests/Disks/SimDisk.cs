using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Names;
using Sync.Engine.Watching;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Disks;

/// <summary>
/// A disk with a file system like ext4: names change in order and become durable in order, with each sync; bytes become durable by sync or
/// write-back, and may come late otherwise. It tells a watcher what happens to it, as inotify does. What uses it sees errors as results.
/// </summary>
internal sealed class SimDisk
{
    private const long InstantNs = 200_000;

    private readonly Scheduler _scheduler;
    private readonly DiskTraits _traits;
    private readonly List<Action> _undo = [];
    private readonly HashSet<Inode> _dirty = [];
    private ulong _nextNumber = 2;
    private uint _nextCookie = 1;

    public SimDisk(Scheduler scheduler, DiskTraits traits)
    {
        _scheduler = scheduler;
        _traits = traits;
        Root = NewDirectory(0x1ED);
        Root.Links = 1;
    }

    public Inode Root { get; private set; }

    public DiskTraits Traits => _traits;

    /// <summary>Told of what happens in directories that have a tag.</summary>
    public Action<WatchEvent>? Watcher { get; set; }

    /// <summary>Nothing more can be written.</summary>
    public bool IsFull { get; set; }

    /// <summary>Told of a file that the engine is about to replace by a plain rename, and that was written to in the last instant: without an exchange
    /// of names that cannot be known, and is documented so.</summary>
    public Action<Inode>? LosingInstant { get; set; }

    private long Now => (SimTime.EpochNs + _scheduler.NowNs) / _traits.ClockGrainNs * _traits.ClockGrainNs;

    /// <summary>Finds what a path leads to.</summary>
    public FsError Find(ReadOnlySpan<char> path, out Inode inode)
    {
        inode = Root;
        while (!path.IsEmpty)
        {
            if (inode.Kind == EntryKind.Symlink) return FsError.Escapes;
            if (inode.Children is null) return FsError.NotDirectory;
            var slash = path.IndexOf('/');
            var name = slash < 0 ? path : path[..slash];
            path = slash < 0 ? [] : path[(slash + 1)..];
            if (!inode.Children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var child)) return FsError.NotFound;
            inode = child;
        }

        return FsError.None;
    }

    /// <summary>Makes a file, or anything else without bytes.</summary>
    public FsError Make(string path, EntryKind kind, uint mode, out Inode inode, string? target = null)
    {
        inode = Root;
        var error = FindParent(path, out var parent, out var name);
        if (error != FsError.None) return error;
        if (parent.Children!.ContainsKey(name)) return FsError.Exists;
        if (IsFull) return FsError.NoSpace;
        inode = kind == EntryKind.Directory ? NewDirectory(mode)
            : new Inode(_nextNumber++, kind) { Mode = kind == EntryKind.Symlink ? 0x1FF : mode, MtimeNs = Now, CtimeNs = Now, DurableMtimeNs = Now, LinkTarget = target };
        inode.Links = 1;
        Link(parent, name, inode);
        Tell(parent, name, WatchChange.Created);
        return FsError.None;
    }

    /// <summary>Writes bytes at an offset; what is between the end and that is zero.</summary>
    public FsError Write(Inode inode, long offset, ReadOnlySpan<byte> bytes)
    {
        if (IsFull && offset + bytes.Length > inode.Data.Length) return FsError.NoSpace;
        inode.Write(offset, bytes);
        Written(inode);
        return FsError.None;
    }

    public void SetLength(Inode inode, long length)
    {
        inode.SetLength(length);
        Written(inode);
    }

    /// <summary>The last of who wrote has closed it.</summary>
    public void TellClosed(Inode inode)
    {
        if (inode.Parent is { } parent) Tell(parent, inode.Name, WatchChange.Closed);
    }

    public FsError SetMode(Inode inode, uint mode)
    {
        var before = inode.Mode;
        inode.Mode = mode;
        _undo.Add(() => inode.Mode = before);
        Changed(inode, WatchChange.Attributes);
        return FsError.None;
    }

    public void SetMtime(Inode inode, long mtimeNs)
    {
        var before = inode.MtimeNs;
        inode.MtimeNs = Floor(mtimeNs, _traits.MtimeGrainNs);
        _undo.Add(() => inode.MtimeNs = before);
        if (!inode.IsDirty) inode.DurableMtimeNs = inode.MtimeNs;
        Changed(inode, WatchChange.Attributes);
    }

    public FsError Rename(string from, string to, RenameMode mode)
    {
        var error = FindParent(from, out var fromParent, out var fromName);
        if (error != FsError.None) return error;
        error = FindParent(to, out var toParent, out var toName);
        if (error != FsError.None) return error;
        if (!fromParent.Children!.TryGetValue(fromName, out var source)) return FsError.NotFound;
        var isTaken = toParent.Children!.TryGetValue(toName, out var target);
        // Found under another spelling: that which stands there stays.
        if (isTaken && !ReferenceEquals(source, target)) toName = target!.Name;
        fromName = source.Name;
        if (!_traits.CanExchange && mode == RenameMode.Exchange) return FsError.Unsupported;
        if (mode == RenameMode.NoReplace && isTaken && !ReferenceEquals(source, target)) return FsError.Exists;
        if (mode == RenameMode.NoReplace && isTaken && fromParent == toParent && fromName == toName) return FsError.Exists;
        if (mode == RenameMode.Exchange && !isTaken) return FsError.NotFound;
        if (source.Kind == EntryKind.Directory && IsWithin(toParent, source)) return FsError.Invalid;
        if (mode == RenameMode.Exchange && target!.Kind == EntryKind.Directory && IsWithin(fromParent, target)) return FsError.Invalid;
        if (mode == RenameMode.Replace && isTaken)
        {
            if (ReferenceEquals(source, target)) return FsError.None;
            if (target!.Kind == EntryKind.Directory && source.Kind != EntryKind.Directory) return FsError.IsDirectory;
            if (target.Kind != EntryKind.Directory && source.Kind == EntryKind.Directory) return FsError.NotDirectory;
            if (target.Children is { Count: > 0 }) return FsError.NotEmpty;
            // Plain renames over a file write its bytes back first (ext4's auto_da_alloc).
            MakeDurable(source);
        }

        if (ReferenceEquals(source, target))
        {
            if (mode == RenameMode.Exchange) return FsError.None;
            // Only its spelling changes.
            isTaken = false;
        }

        var cookie = _nextCookie++;
        Unlink(fromParent, fromName, source);
        if (isTaken) Unlink(toParent, toName, target!);
        Link(toParent, toName, source);
        source.CtimeNs = Now;
        Tell(fromParent, fromName, WatchChange.MovedFrom, cookie);
        Tell(toParent, toName, WatchChange.MovedTo, cookie);
        if (mode == RenameMode.Exchange)
        {
            Link(fromParent, fromName, target!);
            target!.CtimeNs = Now;
            cookie = _nextCookie++;
            Tell(toParent, toName, WatchChange.MovedFrom, cookie);
            Tell(fromParent, fromName, WatchChange.MovedTo, cookie);
        }
        else if (isTaken)
        {
            Drop(target!);
        }

        return FsError.None;
    }

    /// <summary>The engine is about to rename something over a file; see <see cref="LosingInstant"/>.</summary>
    public void TellReplacing(string path)
    {
        if (_traits.CanExchange || PrivateDirectory.Holds(path) || Find(path, out var inode) != FsError.None) return;
        inode.IsGivenUp |= inode.Writers > 0;
        if (_scheduler.NowNs - inode.WrittenNs < InstantNs) LosingInstant?.Invoke(inode);
    }

    public FsError RemoveFile(string path)
    {
        var error = FindParent(path, out var parent, out var name);
        if (error != FsError.None) return error;
        if (!parent.Children!.TryGetValue(name, out var inode)) return FsError.NotFound;
        if (inode.Kind == EntryKind.Directory) return FsError.IsDirectory;
        Unlink(parent, name, inode);
        Drop(inode);
        Tell(parent, name, WatchChange.Removed);
        return FsError.None;
    }

    public FsError RemoveDirectory(string path)
    {
        if (path.Length == 0) return FsError.Invalid;
        var error = FindParent(path, out var parent, out var name);
        if (error != FsError.None) return error;
        if (!parent.Children!.TryGetValue(name, out var inode)) return FsError.NotFound;
        if (inode.Kind == EntryKind.Symlink) return FsError.NotDirectory;
        if (inode.Children is null) return FsError.NotDirectory;
        if (inode.Children.Count > 0) return FsError.NotEmpty;
        Unlink(parent, name, inode);
        Tell(parent, name, WatchChange.Removed);
        Drop(inode);
        return FsError.None;
    }

    /// <summary>The bytes are on the device; names are not, nor times.</summary>
    public void WriteBack(Inode inode)
    {
        MakeDurable(inode);
        inode.DurableMtimeNs = inode.MtimeNs;
    }

    /// <summary>The bytes, and with them all names that changed before.</summary>
    public void Sync(Inode inode)
    {
        WriteBack(inode);
        _undo.Clear();
    }

    public void SyncAll()
    {
        foreach (var inode in _dirty)
        {
            inode.MakeDurable();
            inode.DurableMtimeNs = inode.MtimeNs;
        }

        _dirty.Clear();
        _undo.Clear();
    }

    /// <summary>The power goes. Of the names, the latest changes are undone from some on; of the bytes, each file's late ones may be lost, with
    /// their time or without.</summary>
    public void LosePower(Dice dice)
    {
        Watcher = null;
        var kept = dice.OneIn(3) ? _undo.Count : dice.Below(_undo.Count + 1);
        for (var i = _undo.Count - 1; i >= kept; i--) _undo[i]();
        _undo.Clear();
        foreach (var inode in _dirty)
        {
            switch (dice.Below(3))
            {
                case 0:
                    inode.Data = inode.DurableData;
                    inode.MtimeNs = inode.DurableMtimeNs;
                    break;
                case 1:
                    inode.Data = inode.DurableData;
                    break;
            }

            inode.MakeDurable();
        }

        _dirty.Clear();
        ForgetProcess();
    }

    /// <summary>Nobody has anything open, nobody watches.</summary>
    public void ForgetProcess()
    {
        Watcher = null;
        Root.Tag = null;
        Each(Root, "", static (_, inode) => inode.Tag = null);
    }

    /// <summary>Nobody has anything open any more.</summary>
    public void ForgetWriters() => Each(Root, "", static (_, inode) => inode.Writers = 0);

    /// <summary>Calls back for all that is below a directory, parents first.</summary>
    public static void Each(Inode directory, string path, Action<string, Inode> visit)
    {
        foreach (var (name, child) in directory.Children!) VisitChild(path, name, child, visit);
    }

    /// <summary>Calls back for all that a user sees.</summary>
    public void EachVisible(Action<string, Inode> visit)
    {
        foreach (var (name, child) in Root.Children!)
            if (name != PrivateDirectory.Name) VisitChild("", name, child, visit);
    }

    private static void VisitChild(string path, string name, Inode child, Action<string, Inode> visit)
    {
        var at = path.Length == 0 ? name : path + "/" + name;
        visit(at, child);
        if (child.Children is not null) Each(child, at, visit);
    }

    private Inode NewDirectory(uint mode) => new(_nextNumber++, EntryKind.Directory)
    {
        Mode = mode,
        MtimeNs = Now,
        CtimeNs = Now,
        Children = new Dictionary<string, Inode>(FoldedNames.Of(_traits)),
    };

    private FsError FindParent(string path, out Inode parent, out string name)
    {
        name = "";
        parent = Root;
        if (path.Length == 0) return FsError.Invalid;
        var slash = path.LastIndexOf('/');
        name = slash < 0 ? path : path[(slash + 1)..];
        if (name.Length == 0) return FsError.BadName;
        if (name.Length > 255) return FsError.NameTooLong;
        // Real ones do worse: they make another name of it.
        if (_traits.Rules is not null && !PrivateDirectory.Holds(path) && path != PrivateDirectory.Name && _traits.Names.Check(path) != NameFault.None) return FsError.BadName;
        var error = Find(slash < 0 ? [] : path.AsSpan(0, slash), out parent);
        if (error != FsError.None) return error;
        if (parent.Kind == EntryKind.Symlink) return FsError.Escapes;
        return parent.Children is null ? FsError.NotDirectory : FsError.None;
    }

    private void Link(Inode parent, string name, Inode inode)
    {
        var (beforeParent, beforeName, mtime) = (inode.Parent, inode.Name, parent.MtimeNs);
        parent.Children!.Add(name, inode);
        inode.Parent = parent;
        inode.Name = name;
        parent.MtimeNs = parent.CtimeNs = Now;
        _undo.Add(() =>
        {
            parent.Children.Remove(name);
            inode.Parent = beforeParent;
            inode.Name = beforeName;
            parent.MtimeNs = mtime;
        });
    }

    private void Unlink(Inode parent, string name, Inode inode)
    {
        var actual = inode.Name;
        parent.Children!.Remove(name);
        inode.Parent = null;
        parent.MtimeNs = parent.CtimeNs = Now;
        _undo.Add(() =>
        {
            parent.Children.Add(actual, inode);
            inode.Parent = parent;
            inode.Name = actual;
        });
    }

    private void Drop(Inode inode)
    {
        inode.Links--;
        _undo.Add(() => inode.Links++);
        inode.CtimeNs = Now;
        if (inode.Tag is not { } tag) return;
        inode.Tag = null;
        Watcher?.Invoke(new WatchEvent(tag, null, WatchChange.Ended, 0));
    }

    private void Written(Inode inode)
    {
        inode.WrittenNs = _scheduler.NowNs;
        inode.MtimeNs = Floor(Now, _traits.MtimeGrainNs);
        _dirty.Add(inode);
        Changed(inode, WatchChange.Modified);
    }

    private void MakeDurable(Inode inode)
    {
        inode.MakeDurable();
        _dirty.Remove(inode);
    }

    private void Changed(Inode inode, WatchChange change)
    {
        inode.CtimeNs = Now;
        if (inode.Parent is { } parent) Tell(parent, inode.Name, change);
    }

    private void Tell(Inode directory, string name, WatchChange change, uint cookie = 0)
    {
        if (directory.Tag is { } tag) Watcher?.Invoke(new WatchEvent(tag, name, change, cookie));
    }

    private static bool IsWithin(Inode inode, Inode directory)
    {
        for (var at = inode; at is not null; at = at.Parent)
            if (at == directory) return true;
        return false;
    }

    private static long Floor(long value, long grain) => value - ((value % grain) + grain) % grain;
}
