using System.Globalization;
using System.Text;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Model;

namespace Sync.Engine.Pulling;

/// <summary>
/// Contents by their ids, a file each, shared by all pulls of a machine. Any number of processes may use it at once: a file comes by a rename that refuses to
/// replace, and is read against its id when it is used, unless it looks as it did when that was last done in this running of the machine (<see cref="CacheLedger"/>); so a damaged
/// one is only a missing one. What was not used for longest goes first. Nothing is synced: it can be lost. Safe from any thread.
/// </summary>
internal sealed class ContentCache : IDisposable
{
    /// <summary>Contents shorter than this are written, not reflinked: a shared block costs more than their bytes.</summary>
    public const int WorthCloning = 16 << 10;

    private const string FilesName = "v1";
    private const string DraftsName = "drafts";
    private const string LockName = "lock";
    private const string SizeName = "size";
    private const int Exclusive = 2;
    private const int Unlock = 8;
    private const uint Private = 0x1C0; // 0700
    private const int Block = 4 << 10;

    /// <summary>A use is noted when the last one noted is older: a write to every file used would cost as much as using it.</summary>
    private static readonly TimeSpan NotedEvery = TimeSpan.FromHours(1);

    private static readonly TimeSpan DraftsLive = TimeSpan.FromDays(1);

    /// <summary>A file that was changed later than this before it was read may be changed once more within the grain of the disk's clock, and look the same.</summary>
    private const long RestedNs = 2_000_000_000;

    private readonly DirectoryHandle _root;
    private readonly DirectoryHandle _files;
    private readonly DirectoryHandle _drafts;
    private readonly DirectoryHandle?[] _folders = new DirectoryHandle?[256];
    private readonly Lock _gate = new();
    private readonly long _most;
    private readonly TimeProvider _time;
    private readonly CacheLedger _ledger;
    private readonly bool _trustsStamps;
    private long _added;
    private long _draft;

    private ContentCache(DirectoryHandle root, DirectoryHandle files, DirectoryHandle drafts, long most, TimeProvider time, CacheLedger ledger, bool trustsStamps)
    {
        _ledger = ledger;
        _trustsStamps = trustsStamps;
        _root = root;
        _files = files;
        _drafts = drafts;
        _most = most;
        _time = time;
    }

    /// <summary>Opens a cache, which is made if it is missing.</summary>
    /// <param name="path">Its directory; the one above it exists.</param>
    /// <param name="most">The most bytes that it is to take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="trustsStamps">Whether a file that still looks as it did when it was verified is believed.</param>
    /// <exception cref="WorkspaceException">It cannot be used.</exception>
    public static ContentCache Open(string path, long most, TimeProvider time, bool trustsStamps = true)
    {
        var slash = path.LastIndexOf('/');
        Check(DirectoryHandle.Open(slash <= 0 ? "/" : path[..slash], out var parent), path);
        using (parent)
        {
            var root = Make(parent!, path[(slash + 1)..], path);
            return new ContentCache(root, Make(root, FilesName, path), Make(root, DraftsName, path), most, time, CacheLedger.Load(root, BootId.Read()), trustsStamps);
        }
    }

    /// <summary>Opens a content for reading; null: it is not there.</summary>
    public CachedContent? Find(ContentId content, long size)
    {
        var name = content.ToString();
        if (Folder(name, make: false) is not { } folder || folder.OpenRead(name[2..], out var file) != FsError.None) return null;
        if (OpenFile.Stat(file!, out var stat) != FsError.None || stat.Kind != EntryKind.File || stat.Stamp.Size != size)
        {
            // Cut off, or damaged: while it lies there no good one can take its place.
            file!.Dispose();
            folder.RemoveFile(name[2..]);
            return null;
        }

        var isVerified = _trustsStamps && _ledger.Holds(content, stat.Stamp);
        var now = NowNs;
        if (now - stat.Stamp.MtimeNs > NotedEvery.Ticks * 100 && folder.SetMtime(name[2..], now) == FsError.None && OpenFile.Stat(file!, out var noted) == FsError.None)
        {
            if (isVerified && noted.Stamp.FileKey == stat.Stamp.FileKey && noted.Stamp.Size == size) _ledger.Note(content, noted.Stamp);
            stat = noted;
        }

        return new CachedContent(file!, stat.Stamp, isVerified);
    }

    /// <summary>The bytes of a file turned out to be its content's.</summary>
    public void Verified(ContentId content, CachedContent file)
    {
        if (file.Stamp.CtimeNs < NowNs - RestedNs) _ledger.Note(content, file.Stamp);
    }

    /// <summary>A content turned out to be another: it goes.</summary>
    public void Remove(ContentId content)
    {
        var name = content.ToString();
        Folder(name, make: false)?.RemoveFile(name[2..]);
    }

    /// <summary>Keeps a verified content. What goes wrong is not told: the pull does not need it.</summary>
    public void Add(ContentId content, ReadOnlySpan<byte> bytes)
    {
        var draft = NextDraft();
        if (_drafts.Create(draft, 0x180, out var file) != FsError.None) return;
        using (file) Place(content, draft, file!, bytes.Length, OpenFile.Write(file!, 0, bytes));
    }

    /// <summary>Keeps a verified content out of the file that has it, by reflink where that can be.</summary>
    public void Add(ContentId content, FileDescriptor source, long size)
    {
        var draft = NextDraft();
        if (_drafts.Create(draft, 0x180, out var file) != FsError.None) return;
        using (file) Place(content, draft, file!, size, RangeCopy.Copy(source, 0, file!, 0, size));
    }

    /// <summary>Notes what was added, and makes room if there is too much.</summary>
    public void Trim(CancellationToken cancel)
    {
        if (Volatile.Read(ref _added) == 0 && !_ledger.HasFresh) return;
        if (_root.OpenOrCreate(LockName, 0x180, out var taken) != FsError.None) return;
        using (taken)
        {
            while (LibC.flock(taken!, Exclusive) != 0)
            {
                // A file system without locks: the pull that counts last is believed.
                if (!Errno.Interrupted) break;
            }

            var size = ReadSize() + Interlocked.Exchange(ref _added, 0);
            if (size > _most) size = RemoveOldest(cancel);
            WriteSize(size);
            _ledger.Save(_root);
            _ = LibC.flock(taken!, Unlock);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var folder in _folders) folder?.Dispose();
        _drafts.Dispose();
        _files.Dispose();
        _root.Dispose();
    }

    /// <summary>A tenth more than must go, so that the next pull does not look through it all again. Returns what is left, in bytes.</summary>
    private long RemoveOldest(CancellationToken cancel)
    {
        var all = new List<(string Folder, string Name, long Size, long MtimeNs)>();
        var folders = new List<DirectoryItem>();
        using (var again = Reopen(_root, FilesName)) again?.List(folders);
        foreach (var folder in folders)
        {
            cancel.ThrowIfCancellationRequested();
            if (folder.Name is not { Length: 2 } name || folder.Stat.Kind != EntryKind.Directory) continue;
            var items = new List<DirectoryItem>();
            using (var again = Reopen(_files, name)) again?.List(items);
            foreach (var item in items)
                if (item is { Name: { } file, Error: FsError.None }) all.Add((name, file, OnDisk(item.Stat.Stamp.Size), item.Stat.Stamp.MtimeNs));
        }

        RemoveOldDrafts();
        var size = all.Sum(static f => f.Size);
        if (size <= _most) return size;
        all.Sort(static (a, b) => a.MtimeNs.CompareTo(b.MtimeNs));
        foreach (var file in all)
        {
            if (size <= _most - (_most / 10)) break;
            if (Folder(file.Folder, make: false)?.RemoveFile(file.Name) is FsError.None or FsError.NotFound) size -= file.Size;
        }

        return size;
    }

    private void RemoveOldDrafts()
    {
        var drafts = new List<DirectoryItem>();
        using (var again = Reopen(_root, DraftsName)) again?.List(drafts);
        var edge = NowNs - (DraftsLive.Ticks * 100);
        foreach (var draft in drafts)
            if (draft.Name is { } name && draft.Stat.Stamp.MtimeNs < edge) _drafts.RemoveFile(name);
    }

    private long NowNs => (_time.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks * 100;

    private void Place(ContentId content, string draft, FileDescriptor file, long size, FsError error)
    {
        var name = content.ToString();
        if (error == FsError.None && Folder(name, make: true) is { } folder)
        {
            error = _drafts.Rename(draft, folder, name[2..], RenameMode.NoReplace);
            if (error == FsError.None)
            {
                Interlocked.Add(ref _added, OnDisk(size));
                // Nobody but this process had it under any name, and nobody writes to it under this one.
                if (OpenFile.Stat(file, out var stat) == FsError.None && stat.Stamp.Size == size) _ledger.Note(content, stat.Stamp);
            }
        }

        // Another process was quicker, the disk is full, or it cannot be done: what is left of it goes.
        if (error != FsError.None) _drafts.RemoveFile(draft);
    }

    private DirectoryHandle? Folder(string name, bool make)
    {
        var index = int.Parse(name.AsSpan(0, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (Volatile.Read(ref _folders[index]) is { } known) return known;
        lock (_gate)
        {
            if (_folders[index] is { } made) return made;
            var error = _files.OpenDirectory(name[..2], out var folder);
            if (error == FsError.NotFound && make && _files.MakeDirectory(name[..2], Private) is FsError.None or FsError.Exists) error = _files.OpenDirectory(name[..2], out folder);
            if (error != FsError.None) return null;
            Volatile.Write(ref _folders[index], folder);
            return folder;
        }
    }

    private string NextDraft() => string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _draft)}-{Environment.TickCount64}");

    private long ReadSize()
    {
        if (_root.OpenRead(SizeName, out var file) != FsError.None) return 0;
        var bytes = new byte[32];
        using (file)
            return OpenFile.Read(file!, 0, bytes, out var read) == FsError.None && long.TryParse(Encoding.ASCII.GetString(bytes, 0, read), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;
    }

    private void WriteSize(long size)
    {
        if (_root.OpenOrCreate(SizeName, 0x180, out var file) != FsError.None) return;
        using (file)
            if (LibC.ftruncate(file!, 0) == 0) _ = OpenFile.Write(file!, 0, Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture)));
    }

    private static DirectoryHandle? Reopen(DirectoryHandle parent, string name) => parent.OpenDirectory(name, out var directory) == FsError.None ? directory : null;

    private static long OnDisk(long size) => (size + Block - 1) / Block * Block;

    private static DirectoryHandle Make(DirectoryHandle parent, string name, string path)
    {
        var error = parent.MakeDirectory(name, Private);
        if (error != FsError.Exists) Check(error, path);
        Check(parent.OpenDirectory(name, out var directory), path);
        return directory!;
    }

    private static void Check(FsError error, string path)
    {
        if (error != FsError.None) throw WorkspaceException.Of(error, $"The cache {path}");
    }
}
