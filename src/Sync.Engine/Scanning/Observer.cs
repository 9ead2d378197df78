using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Trees;
using Sync.Engine.Watching;

namespace Sync.Engine.Scanning;

/// <summary>
/// Keeps the local tree equal to the disk: takes events, looks at names, lists directories, hashes what is not as known, and tells moves from
/// deletions. Lives on the control loop; looks and reads run on workers and post back.
/// </summary>
/// <remarks>
/// A name that exists keeps its entry, whatever inode is behind it (editors save by renaming over it); a name that is gone and one that is new
/// with the same inode are a move. A directory that is known by its inode moves at once, with all that is in it.
/// Deletions count only when the looks that are under way have ended, so that a move between two directories is never half seen.
/// </remarks>
internal sealed class Observer
{
    /// <summary>A file that stays open goes after this long without a change, ...</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>... but no later than this after the first.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    /// <summary>A created file is usually closed within this time; if not, it is looked at all the same.</summary>
    private static readonly TimeSpan CreateGrace = TimeSpan.FromMilliseconds(50);

    /// <summary>The second half of a move comes within this time, or never.</summary>
    private static readonly TimeSpan MoveGrace = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan RetryUnreadable = TimeSpan.FromSeconds(10);

    private readonly ReplicaContext _context;
    private readonly TreeSet _trees;
    private readonly Dictionary<Node, Dictionary<string, Look>> _dirty = [];
    private readonly Dictionary<(Node, string), (long First, long Due, bool Created)> _waiting = [];
    private readonly Dictionary<(Node, string), bool> _hashing = [];
    private readonly Dictionary<Node, IgnoreRules> _rules = [];
    private readonly Dictionary<Node, HashSet<string>> _problemNames = [];
    private readonly HashSet<Node> _rulesPending = [];
    private readonly HashSet<Node> _vanished = [];
    private readonly Dictionary<(Node, string), (Sighting Seen, long Origin)> _appeared = [];
    private readonly Dictionary<uint, long> _openMoves = [];
    private readonly List<(Node Directory, string Name, Look Look, long Origin)> _stale = [];
    private readonly List<(long Cut, Action Done)> _drained = [];
    private readonly JobCounter _jobs = new();
    private IgnoreRules _rootRules;
    private ulong _mountId;
    private int _looks;
    private bool _timerSet;

    public Observer(ReplicaContext context)
    {
        _context = context;
        _trees = context.Trees;
        _rootRules = IgnoreRules.Root(context.Policy, context.Files.Traits.FoldsCase);
    }

    [Flags]
    private enum Look : byte { Plain = 0, Created = 1, Bytes = 2 }

    /// <summary>Set once the watcher exists.</summary>
    public IWatcher? Watcher { get; set; }

    /// <summary>Called when the root is found empty although it was not: nothing is taken for deleted until <see cref="Rescan"/>.</summary>
    public Func<bool>? MayBeEmpty { get; set; }

    /// <summary>Called with the name of each cookie whose event came.</summary>
    public Action<string>? CookieSeen { get; set; }

    /// <summary>Directories watched with this tag only tell of cookies.</summary>
    public object CookieTag { get; } = new();

    public long FilesHashed { get; private set; }

    /// <summary>The first look at the whole tree is over.</summary>
    public bool HasScanned { get; private set; }

    public bool IsIdle => _jobs.IsIdle && _dirty.Count == 0;

    /// <summary>Whether an entry of the journal is left out here; null while the rules of its directory are not known yet.</summary>
    public bool? IsIgnored(Node parent, Node node)
    {
        var name = node.Remote!.Name;
        if (name != IgnoreRules.SyncIgnoreName && (IsComing(parent, IgnoreRules.SyncIgnoreName) || (_context.Policy.VcsIgnore && name != IgnoreRules.GitIgnoreName && IsComing(parent, IgnoreRules.GitIgnoreName))))
            return null;
        if (_rulesPending.Contains(parent) && name is not (IgnoreRules.SyncIgnoreName or IgnoreRules.GitIgnoreName)) return null;
        return RulesOf(parent).IsIgnored(name, node.Kind == EntryKind.Directory);
    }

    /// <summary>An ignore file is placed before what it may keep out.</summary>
    private bool IsComing(Node parent, string name) =>
        _trees.RemoteChild(parent, name) is { Local: null, Kind: EntryKind.File, Synced: null };

    /// <summary>An ignore file was put in place here.</summary>
    public void RulesPlaced(Node directory)
    {
        RulesChanged(directory);
    }

    /// <summary>Looks at everything: first of all, after lost events, and now and then to back the events up.</summary>
    public void Rescan(bool reloadRules = false)
    {
        if (reloadRules)
        {
            _rules.Clear();
            _rootRules = IgnoreRules.Root(_context.Policy, _context.Files.Traits.FoldsCase);
        }

        List(_trees.Root, _rootRules, recursive: true, _jobs.Tick());
    }

    /// <summary>Looks at one name soon.</summary>
    public void LookAt(Node directory, string name) => Mark(directory, name, Look.Plain);

    /// <summary>Watches a directory that was just made here, and looks into it: a program may have been faster.</summary>
    public void Watch(Node directory) => List(directory, null, recursive: true, _jobs.Tick());

    /// <summary>Looks at all names in a directory.</summary>
    public void LookInto(Node directory) => List(directory, null, recursive: false, _jobs.Tick());

    /// <summary>Calls back when all that was noticed before now is in the local tree; files still being written are looked at now.</summary>
    public void WhenDrained(Action done)
    {
        foreach (var (directory, name) in _waiting.Keys.ToArray())
        {
            _waiting.Remove((directory, name));
            Mark(directory, name, Look.Bytes);
        }

        var cut = _jobs.Now;
        EndTurn();
        cut = Math.Max(cut, _jobs.Now);
        _jobs.WhenDone(cut, () => _drained.Add((cut, done)));
        Loop();
    }

    /// <summary>Makes sure that another turn ends soon.</summary>
    private void Loop() => _context.Loop.Post(static () => { });

    /// <summary>From the watcher's thread.</summary>
    public void Take(ReadOnlySpan<WatchEvent> events)
    {
        var copy = events.ToArray();
        _context.Loop.Post(() =>
        {
            foreach (var e in copy) Handle(e);
        });
    }

    private void Handle(in WatchEvent e)
    {
        if (e.Change == WatchChange.Overflow)
        {
            Rescan();
            return;
        }

        if (ReferenceEquals(e.Tag, CookieTag))
        {
            if (e.Name is not null && e.Change is WatchChange.Created or WatchChange.Closed) CookieSeen?.Invoke(e.Name!);
            return;
        }

        if (e.Tag is not Node tagged) return;
        var node = tagged.Current;
        if (!node.IsLocal) return;
        if (e.Change == WatchChange.Ended)
        {
            if (node == _trees.Root) Rescan();
            else if (_trees.LocalParent(node) is { } parent) Mark(parent, node.Local!.Name, Look.Plain);
            return;
        }

        if (e.Name is null)
        {
            List(node, null, recursive: false, _jobs.Tick());
            return;
        }

        if (node == _trees.Root && e.Name == IgnoreRules.OwnDirectory) return;
        node.Flags &= ~NodeFlags.Held;
        switch (e.Change)
        {
            case WatchChange.Modified: Wait(node, e.Name, Quiet, created: false); return;
            case WatchChange.Attributes when _waiting.ContainsKey((node, e.Name)): return;
            case WatchChange.Created: Mark(node, e.Name, Look.Created); return;
            case WatchChange.MovedFrom when e.Cookie != 0: _openMoves[e.Cookie] = _context.Time.GetTimestamp(); break;
            case WatchChange.MovedTo: _openMoves.Remove(e.Cookie); break;
        }

        _waiting.Remove((node, e.Name));
        Mark(node, e.Name, e.Change == WatchChange.Closed ? Look.Bytes : Look.Plain);
    }

    private void Wait(Node directory, string name, TimeSpan quiet, bool created)
    {
        var now = _context.Time.GetTimestamp();
        var first = _waiting.TryGetValue((directory, name), out var known) ? known.First : now;
        var due = Math.Min(now + Ticks(quiet), first + Ticks(LongestWait));
        _waiting[(directory, name)] = (first, due, created);
        SetTimer(quiet);
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _context.Time.TimestampFrequency);

    private void SetTimer(TimeSpan delay)
    {
        if (_timerSet) return;
        _timerSet = true;
        _context.After(delay, () =>
        {
            _timerSet = false;
            var now = _context.Time.GetTimestamp();
            foreach (var ((directory, name), wait) in _waiting.Where(w => w.Value.Due <= now).ToArray())
            {
                _waiting.Remove((directory, name));
                Mark(directory, name, Look.Bytes);
            }

            if (_waiting.Count > 0)
            {
                var next = TimeSpan.FromSeconds((double)(_waiting.Values.Min(w => w.Due) - now) / _context.Time.TimestampFrequency);
                SetTimer(next > TimeSpan.FromMilliseconds(5) ? next : TimeSpan.FromMilliseconds(5));
            }
        });
    }

    private void Mark(Node directory, string name, Look look)
    {
        if (!_dirty.TryGetValue(directory, out var names)) _dirty.Add(directory, names = new(StringComparer.Ordinal));
        // Created and then closed in one batch is no longer "just created".
        if (names.TryGetValue(name, out var earlier)) look = (look | earlier) & (look.HasFlag(Look.Created) && earlier.HasFlag(Look.Created) ? ~Look.Plain : ~Look.Created);
        names[name] = look;
    }

    /// <summary>Sends out looks at what was marked, and draws conclusions if none is under way.</summary>
    public void EndTurn()
    {
        if (_dirty.Count > 0)
        {
            var origin = _jobs.Tick();
            foreach (var (marked, names) in _dirty)
            {
                var directory = marked.Current;
                if (!directory.IsLocal) continue;
                foreach (var chunk in names.Chunk(256)) Probe(directory, chunk, origin);
            }

            _dirty.Clear();
        }

        if (_looks == 0) Conclude();
    }

    private void Probe(Node directory, KeyValuePair<string, Look>[] names, long origin)
    {
        var path = _trees.LocalPath(directory);
        var key = directory.FileKey;
        var clock = _context.PlacementClock;
        var work = new (Sighting Seen, FileStamp? Known)[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var look = names[i].Value;
            FileStamp? known = _trees.LocalChild(directory, names[i].Key) is { Local.Kind: not EntryKind.Directory } child ? child.Stamp : null;
            work[i] = (new Sighting(directory, names[i].Key) { Clock = clock, JustCreated = look.HasFlag(Look.Created), BytesChanged = look.HasFlag(Look.Bytes) }, known);
        }

        _looks++;
        _jobs.Begin(origin);
        _context.Io.Run(() =>
        {
            foreach (var (seen, known) in work) Glance(seen, known, path, key);
            _context.Loop.Post(() =>
            {
                foreach (var (seen, _) in work) Sort(seen, path, origin);
                _looks--;
                _jobs.End(origin);
            });
        });
    }

    /// <summary>On a worker.</summary>
    private void Glance(Sighting seen, FileStamp? known, string directoryPath, ulong directoryKey)
    {
        var path = Join(directoryPath, seen.Name);
        seen.Error = _context.Files.Stat(path, out var stat);
        seen.Stat = stat;
        if (seen.Error is FsError.NotFound or FsError.NotDirectory or FsError.Escapes)
        {
            // Gone, or its directory has moved on: only in the first case is it news about the name.
            if (directoryPath.Length > 0 && (_context.Files.Stat(directoryPath, out var above) != FsError.None || (directoryKey != 0 && above.Stamp.FileKey != directoryKey)))
                seen.Stale = true;
            return;
        }

        if (seen.Error != FsError.None) return;
        switch (stat.Kind)
        {
            case EntryKind.Symlink:
                seen.Error = _context.Files.ReadLink(path, out var target);
                seen.LinkTarget = target;
                break;
            case EntryKind.File when stat.Stamp.Size <= SmallLimit && (known is null || known != stat.Stamp || seen.BytesChanged) && !(seen.JustCreated && known is null):
                seen.Reading = FileReading.Of(_context.Files, path, _context.Stopping);
                break;
        }
    }

    private const long SmallLimit = Transfer.SmallContents.MaxLength;

    private void Sort(Sighting seen, string pathThen, long origin)
    {
        var directory = seen.Directory.Current;
        if (!directory.IsLocal) return;
        if (seen.Stale || _trees.LocalPath(directory) != pathThen)
        {
            // The directory's own place first: it has gone, or moved. If it is still there then, the name is looked at again.
            if (_trees.LocalParent(directory) is { } above && directory != _trees.Root) Mark(above, directory.Local!.Name, Look.Plain);
            _stale.Add((directory, seen.Name, seen.BytesChanged ? Look.Bytes : Look.Plain, _jobs.Begin(origin)));
            return;
        }

        if (seen.Error is FsError.NotFound or FsError.NotDirectory)
        {
            ClearProblem(directory, seen.Name);
            Missing(directory, seen.Name, seen.Clock);
        }
        else See(directory, seen, recursive: false, origin);
    }

    private void List(Node directory, IgnoreRules? rules, bool recursive, long origin)
    {
        var path = _trees.LocalPath(directory);
        var key = directory.FileKey;
        var above = directory == _trees.Root ? null : RulesOf(_trees.LocalParent(directory)!);
        var clock = _context.PlacementClock;
        _looks++;
        _jobs.Begin(origin);
        _context.Io.Run(() =>
        {
            // Watch first, then list: what appears in between is seen twice, never missed.
            var watching = Watcher?.Watch(path, directory) ?? FsError.None;
            var items = new List<DirectoryItem>();
            var error = _context.Files.Stat(path, out var self);
            if (error == FsError.None && key != 0 && self.Stamp.FileKey != key) error = FsError.NotFound;
            if (error == FsError.None) error = _context.Files.List(path, items);
            var links = new Dictionary<string, string?>();
            IgnoreFile? sync = null, git = null;
            foreach (var item in items)
            {
                if (item.Name is null || item.Error != FsError.None) continue;
                if (item.Stat.Kind == EntryKind.Symlink && _context.Files.ReadLink(Join(path, item.Name), out var target) == FsError.None) links[item.Name] = target;
                if (item.Stat.Kind != EntryKind.File) continue;
                if (item.Name == IgnoreRules.SyncIgnoreName) sync = ReadIgnore(Join(path, item.Name));
                else if (item.Name == IgnoreRules.GitIgnoreName && _context.Policy.VcsIgnore) git = ReadIgnore(Join(path, item.Name));
            }

            _context.Loop.Post(() =>
            {
                _looks--;
                var node = directory.Current;
                if (node.IsLocal) Listed(node, path, self, error, watching, items, links, above, (sync, git), recursive, origin, clock);
                _jobs.End(origin);
            });
        });
    }

    private IgnoreFile? ReadIgnore(string path)
    {
        var reading = FileReading.Of(_context.Files, path, _context.Stopping);
        return reading.Bytes is { } bytes ? IgnoreFile.Parse(bytes, _context.Files.Traits.FoldsCase) : null;
    }

    private void Listed(
        Node directory, string path, FileStat self, FsError error, FsError watching, List<DirectoryItem> items,
        Dictionary<string, string?> links, IgnoreRules? above, (IgnoreFile? Sync, IgnoreFile? Git) files, bool recursive, long origin, long clock)
    {
        var display = path.Length == 0 ? "." : path;
        if (_trees.LocalPath(directory) != path)
        {
            List(directory, null, recursive, origin);
            return;
        }

        if (error is FsError.NotFound or FsError.NotDirectory && directory != _trees.Root)
        {
            if (_trees.LocalParent(directory) is { } parent) Mark(parent, directory.Local!.Name, Look.Plain);
            return;
        }

        if (error != FsError.None)
        {
            // Nothing is known of what is in it: nothing is taken for deleted.
            _context.Problems.Set(display, ProblemCodes.Unreadable, $"The directory cannot be read ({error}); what is in it stays as it was. Mend its permissions; it is tried again.");
            _context.After(RetryUnreadable, () => { if (directory.Current.IsLocal) List(directory.Current, null, recursive: true, _jobs.Tick()); });
            return;
        }

        _context.Problems.Clear(display, ProblemCodes.Unreadable);
        if (watching is FsError.Limit) _context.Log.LogWatchLimit(_context.Share, display);
        if (directory == _trees.Root) _mountId = self.MountId;
        var rules = directory == _trees.Root ? _rootRules : above!.Enter(directory.Local!.Name, null, null);
        rules = directory == _trees.Root
            ? IgnoreRules.Root(_context.Policy, files.Sync, files.Git, _context.Files.Traits.FoldsCase)
            : above!.Enter(directory.Local!.Name, files.Sync, files.Git);
        _rules[directory] = rules;
        if (_rulesPending.Remove(directory)) _context.Reconciler.EnqueueAll();

        var seen = new HashSet<string>(items.Count, StringComparer.Ordinal);
        if (_problemNames.Remove(directory, out var stale))
            foreach (var name in stale) _context.Problems.Clear(Join(path, name), ProblemCodes.Unreadable, ProblemCodes.BadName, ProblemCodes.Special, ProblemCodes.Mount, ProblemCodes.LinkOut);
        if (directory == _trees.Root && items.Count <= 1 && _trees.LocalChildCount(directory) > 0
            && items.TrueForAll(i => i.Name == IgnoreRules.OwnDirectory) && MayBeEmpty?.Invoke() == false)
            return;

        foreach (var item in items)
        {
            if (item.Name is null)
            {
                Report(directory, item.Display, ProblemCodes.BadName, "The name is not valid UTF-8: it is not synced. Rename it.");
                continue;
            }

            seen.Add(item.Name);
            if (directory == _trees.Root && item.Name == IgnoreRules.OwnDirectory) continue;
            See(directory, new Sighting(directory, item.Name) { Clock = clock, Error = item.Error, Stat = item.Stat, LinkTarget = links.GetValueOrDefault(item.Name) }, recursive, origin);
        }

        foreach (var child in _trees.LocalChildren(directory).ToArray())
            if (!seen.Contains(child.Local!.Name)) Missing(directory, child.Local.Name, clock);
    }

    private IgnoreRules RulesOf(Node directory)
    {
        if (directory == _trees.Root) return _rules.GetValueOrDefault(directory, _rootRules);
        if (_rules.TryGetValue(directory, out var rules)) return rules;
        return _trees.LocalParent(directory) is { } parent ? RulesOf(parent).Enter(directory.Local!.Name, null, null) : _rootRules;
    }

    private void See(Node directory, Sighting seen, bool recursive, long origin)
    {
        var (name, stat) = (seen.Name, seen.Stat);
        var child = _trees.LocalChild(directory, name);
        if (child is not null && child.PlacedAt > seen.Clock)
        {
            // What was seen may be what stood there before our own placement: that is no news, and would undo it.
            if (child.Has(NodeFlags.Applying)) child.Flags |= NodeFlags.LookAgain;
            else Mark(directory, name, seen.BytesChanged ? Look.Bytes : Look.Plain);
            return;
        }

        if (seen.Error != FsError.None)
        {
            if (child is not null) _vanished.Remove(child);
            if (seen.Error == FsError.BadName) Report(directory, name, ProblemCodes.BadName, "The link's target is not valid UTF-8: it is not synced.");
            else Unreadable(directory, name, seen.Error);
            return;
        }

        if (RulesOf(directory).IsIgnored(name, stat.Kind == EntryKind.Directory))
        {
            if (child is not null) Leave(child);
            return;
        }

        if (stat.MountId != _mountId && stat.Kind == EntryKind.Directory)
        {
            if (child is not null) _vanished.Remove(child);
            Report(directory, name, ProblemCodes.Mount, "A mount point: what is on it is not synced.");
            return;
        }

        if (child is not null && child.Has(NodeFlags.Applying))
        {
            child.Flags |= NodeFlags.LookAgain;
            return;
        }

        if (child is null && _trees.RemoteChild(directory, name) is { } coming && coming.Has(NodeFlags.Applying))
        {
            coming.Flags |= NodeFlags.LookAgain;
            return;
        }

        if (stat.Kind == EntryKind.Special)
        {
            Report(directory, name, ProblemCodes.Special, "A FIFO, socket or device: it is not synced.");
            if (child is not null) _vanished.Add(child);
            return;
        }

        if (child is not null && child.Kind != stat.Kind)
        {
            // Another kind is another entry: the old one is gone.
            RemoveTree(child);
            child = null;
        }

        if (child is not null) _vanished.Remove(child);
        switch (stat.Kind)
        {
            case EntryKind.Directory: SeeDirectory(directory, name, stat, child, recursive, origin); break;
            case EntryKind.Symlink: SeeSymlink(directory, name, stat, child, seen.LinkTarget); break;
            default: SeeFile(directory, seen, child, origin); break;
        }

        if ((name == IgnoreRules.SyncIgnoreName || (name == IgnoreRules.GitIgnoreName && _context.Policy.VcsIgnore)) && !recursive) RulesChanged(directory);
    }

    private void RulesChanged(Node directory)
    {
        _rules.Remove(directory);
        _rulesPending.Add(directory);
        List(directory, null, recursive: true, _jobs.Tick());
    }

    private void SeeDirectory(Node directory, string name, FileStat stat, Node? child, bool recursive, long origin)
    {
        var known = stat.Stamp.FileKey == 0 ? null : _trees.FindDirectory(stat.Stamp.FileKey);
        if (known == _trees.Root) known = null;
        if (child is not null)
        {
            var same = child.FileKey == stat.Stamp.FileKey || child.FileKey == 0;
            if (!same && known is not null && known != child)
            {
                // Another directory that we know has taken the name. If the old one has gone elsewhere, that look will free the name.
                if (!known.Has(NodeFlags.Applying) && _trees.FindDirectory(child.FileKey) == child && !_trees.IsLocallyWithin(directory, known)) Swap(child, known, stat);
                return;
            }

            if (!same || child.Local!.Mode != stat.Mode || child.Local.Owner != OwnerOf(stat))
                SetLocal(child, child.Local! with { Mode = stat.Mode, Owner = OwnerOf(stat) }, stat.Stamp);
            else child.CtimeNs = stat.Stamp.CtimeNs;
            if (child.FileKey == 0) _trees.SetLocal(child, child.Local, stat.Stamp);
            if (recursive || !same) List(child, null, recursive: true, origin);
            return;
        }

        if (known is not null && !_trees.IsLocallyWithin(directory, known))
        {
            if (known.Has(NodeFlags.Applying))
            {
                known.Flags |= NodeFlags.LookAgain;
                return;
            }

            _vanished.Remove(known);
            SetLocal(known, known.Local! with { Parent = directory.Id, Name = name, Mode = stat.Mode }, stat.Stamp);
            ForgetRules(known);
            List(known, null, recursive: true, origin);
            return;
        }

        var node = Claim(directory, name, EntryKind.Directory);
        SetLocal(node, new Entry { Id = node.Id, Parent = directory.Id, Name = name, Kind = EntryKind.Directory, Mode = stat.Mode, Owner = OwnerOf(stat), MtimeNs = stat.Stamp.MtimeNs }, stat.Stamp);
        List(node, null, recursive: true, origin);
    }

    /// <summary>Two known directories found at each other's place, or one at that of another that is still to be found.</summary>
    private void Swap(Node standing, Node coming, FileStat stat)
    {
        var (a, b) = (standing.Local!, coming.Local!);
        var (keyA, keyB) = (standing.Stamp, coming.Stamp);
        SetLocal(coming, b with { Name = b.Name + "\u0001" }, keyB);
        SetLocal(standing, a with { Parent = b.Parent, Name = b.Name }, keyA);
        SetLocal(coming, b with { Parent = a.Parent, Name = a.Name, Mode = stat.Mode }, stat.Stamp);
        ForgetRules(standing);
        ForgetRules(coming);
        if (_trees.LocalParent(standing) is { } parent) Mark(parent, standing.Local!.Name, Look.Plain);
        List(coming, null, recursive: true, _jobs.Tick());
        List(standing, null, recursive: true, _jobs.Tick());
    }

    private void ForgetRules(Node directory)
    {
        _rules.Remove(directory);
        foreach (var child in _trees.LocalChildren(directory))
            if (child.Kind == EntryKind.Directory) ForgetRules(child);
    }

    private void SeeSymlink(Node directory, string name, FileStat stat, Node? child, string? target)
    {
        if (target is null) return;
        var path = Join(_trees.LocalPath(directory), name);
        if (LeadsOut(path, target)) Report(directory, name, ProblemCodes.LinkOut, $"A link out of the share, to '{target}': kept as a link, never followed.");
        else ClearProblem(directory, name);
        var entry = new Entry
        {
            Id = default, Parent = directory.Id, Name = name, Kind = EntryKind.Symlink, Mode = 0x1FF, Owner = OwnerOf(stat),
            MtimeNs = stat.Stamp.MtimeNs, LinkTarget = target, Content = ContentIds.OfLink(target),
        };
        if (child is not null && child.Local!.LinkTarget == target && child.FileKey == stat.Stamp.FileKey)
        {
            child.CtimeNs = stat.Stamp.CtimeNs;
            return;
        }

        if (child is null)
        {
            AppearSoon(directory, new Sighting(directory, name) { Clock = _context.PlacementClock, Stat = stat, LinkTarget = target }, _jobs.Now);
            return;
        }

        SetLocal(child, entry with { Id = child.Id }, stat.Stamp with { Size = 0 });
    }

    private static bool LeadsOut(string path, string target)
    {
        if (target.StartsWith('/')) return true;
        var depth = path.Count(c => c == '/');
        foreach (var step in target.Split('/'))
        {
            if (step == "..") depth--;
            else if (step.Length > 0 && step != ".") depth++;
            if (depth < 0) return true;
        }

        return false;
    }

    private void SeeFile(Node directory, Sighting seen, Node? child, long origin)
    {
        var stamp = seen.Stat.Stamp;
        if (child is not null)
        {
            if (child.Stamp == stamp && seen.Reading is null)
            {
                ClearProblem(directory, seen.Name);
                // Behind a coarse clock a second write can leave the stamp as it was.
                if (seen.BytesChanged && Math.Abs(_context.NowNs - stamp.MtimeNs) < 4 * RacyNs) Hash(directory, seen.Name, stamp.Size, origin);
                return;
            }

            if (seen.Reading is { } reading) Read(directory, seen.Name, reading, origin);
            else Hash(directory, seen.Name, stamp.Size, origin);
            return;
        }

        if (seen.JustCreated && seen.Reading is null && seen.Stat.Links == 1 && !_vanished.Any() && !_waiting.ContainsKey((directory, seen.Name)))
        {
            // Most often its writer closes it in a moment.
            Wait(directory, seen.Name, CreateGrace, created: true);
            return;
        }

        AppearSoon(directory, seen, origin);
    }

    /// <summary>Something new: whether it is that, or has moved, is known when all looks have ended.</summary>
    private void AppearSoon(Node directory, Sighting seen, long origin)
    {
        if (_appeared.TryGetValue((directory, seen.Name), out var earlier)) origin = earlier.Origin;
        else _jobs.Begin(origin);
        _appeared[(directory, seen.Name)] = (seen, origin);
    }

    /// <summary>A write within this time of the last look may have left the mtime as it was: the coarsest kernel tick.</summary>
    private const long RacyNs = 10_000_000;

    private void Missing(Node directory, string name, long clock)
    {
        if (_trees.LocalChild(directory, name) is { } placed && placed.PlacedAt > clock)
        {
            Mark(directory, name, Look.Plain);
            return;
        }

        if (_appeared.Remove((directory, name), out var gone)) _jobs.End(gone.Origin);
        if (_trees.LocalChild(directory, name) is not { } child) return;
        if (child.Has(NodeFlags.Applying)) child.Flags |= NodeFlags.LookAgain;
        else _vanished.Add(child);
    }

    /// <summary>No look is under way: what is gone is gone, but for what has turned up elsewhere.</summary>
    private void Conclude()
    {
        if (_openMoves.Count > 0)
        {
            var oldest = _context.Time.GetTimestamp() - Ticks(MoveGrace);
            foreach (var cookie in _openMoves.Where(m => m.Value < oldest).Select(m => m.Key).ToArray()) _openMoves.Remove(cookie);
            if (_openMoves.Count > 0)
            {
                _context.After(MoveGrace, () => { });
                return;
            }
        }

        if (_appeared.Count > 0)
        {
            var gone = new Dictionary<ulong, Node>();
            foreach (var node in _vanished) Collect(node, gone);
            foreach (var (place, (seen, origin)) in _appeared.ToArray())
            {
                _appeared.Remove(place);
                Appear(place.Item1.Current, seen, gone, origin);
                _jobs.End(origin);
            }
        }

        if (_vanished.Count > 0)
        {
            var vanished = _vanished.ToArray();
            _vanished.Clear();
            foreach (var node in vanished)
            {
                if (!node.IsLocal) continue;
                if (node.Has(NodeFlags.Applying)) node.Flags |= NodeFlags.LookAgain;
                else RemoveTree(node);
            }
        }

        if (_stale.Count > 0)
        {
            var stale = _stale.ToArray();
            _stale.Clear();
            foreach (var (directory, name, look, origin) in stale)
            {
                if (directory.Current.IsLocal) Probe(directory.Current, [new(name, look)], origin);
                _jobs.End(origin);
            }
        }

        if (!HasScanned && _jobs.IsIdle)
        {
            HasScanned = true;
            Loop();
        }

        if (_drained.Count == 0) return;
        // What was concluded may have led to reads that began no later: those count too.
        var drained = _drained.ToArray();
        _drained.Clear();
        foreach (var (cut, done) in drained)
        {
            if (_jobs.IsDone(cut)) done();
            else _jobs.WhenDone(cut, () =>
            {
                _drained.Add((cut, done));
                Loop();
            });
        }
    }

    private void Collect(Node node, Dictionary<ulong, Node> files)
    {
        if (!node.IsLocal) return;
        if (node.Kind == EntryKind.Directory)
            foreach (var child in _trees.LocalChildren(node)) Collect(child, files);
        else if (node.FileKey != 0) files.TryAdd(node.FileKey, node);
    }

    private void Appear(Node directory, Sighting seen, Dictionary<ulong, Node> gone, long origin)
    {
        if (!directory.IsLocal) return;
        var stamp = seen.Stat.Stamp;
        if (_trees.LocalChild(directory, seen.Name) is not null)
        {
            Mark(directory, seen.Name, Look.Plain);
            return;
        }

        if (gone.TryGetValue(stamp.FileKey, out var moved) && moved.Kind == seen.Stat.Kind && moved.IsLocal && !moved.Has(NodeFlags.Applying))
        {
            gone.Remove(stamp.FileKey);
            _vanished.Remove(moved);
            var sameBytes = moved.Stamp.SameButCtime(stamp) || moved.Kind == EntryKind.Symlink;
            SetLocal(moved, moved.Local! with { Parent = directory.Id, Name = seen.Name, Mode = seen.Stat.Kind == EntryKind.Symlink ? moved.Local.Mode : seen.Stat.Mode }, sameBytes ? stamp with { Size = 0 } : moved.Stamp);
            if (!sameBytes) Hash(directory, seen.Name, stamp.Size, origin);
            return;
        }

        if (seen.Stat.Kind == EntryKind.Symlink)
        {
            var node = Claim(directory, seen.Name, EntryKind.Symlink);
            SetLocal(node, new Entry
            {
                Id = node.Id, Parent = directory.Id, Name = seen.Name, Kind = EntryKind.Symlink, Mode = 0x1FF, Owner = OwnerOf(seen.Stat),
                MtimeNs = stamp.MtimeNs, LinkTarget = seen.LinkTarget, Content = ContentIds.OfLink(seen.LinkTarget!),
            }, stamp with { Size = 0 });
        }
        else if (seen.Reading is { } reading) Read(directory, seen.Name, reading, origin);
        else Hash(directory, seen.Name, stamp.Size, origin);
    }

    private void Hash(Node directory, string name, long size, long origin)
    {
        if (_hashing.ContainsKey((directory, name)))
        {
            _hashing[(directory, name)] = true;
            return;
        }

        _hashing[(directory, name)] = false;
        _jobs.Begin(origin);
        var path = Join(_trees.LocalPath(directory), name);
        var clock = _context.PlacementClock;
        (size > 1 << 20 ? _context.Bulk : _context.Io).Run(() =>
        {
            FileReading reading;
            try
            {
                reading = FileReading.Of(_context.Files, path, _context.Stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (reading is { Changed: false, Manifest.Count: > 1 }) _context.Manifests.Write(reading.Manifest.Id, reading.Manifest.Encode());
            _context.Loop.Post(() =>
            {
                _hashing.Remove((directory, name), out var again);
                var now = directory.Current;
                if (now.IsLocal)
                {
                    if (again || Join(_trees.LocalPath(now), name) != path || _trees.LocalChild(now, name)?.PlacedAt > clock) Mark(now, name, Look.Bytes);
                    else Read(now, name, reading, origin);
                }

                EndTurn();
                _jobs.End(origin);
            });
        });
    }

    private void Read(Node directory, string name, FileReading reading, long origin)
    {
        var child = _trees.LocalChild(directory, name);
        if (child is not null && child.Has(NodeFlags.Applying))
        {
            child.Flags |= NodeFlags.LookAgain;
            return;
        }

        switch (reading.Error)
        {
            case FsError.None: break;
            case FsError.NotFound or FsError.NotDirectory or FsError.Escapes or FsError.IsDirectory or FsError.Invalid or FsError.Unsupported:
                Mark(directory, name, Look.Plain);
                return;
            default:
                Unreadable(directory, name, reading.Error);
                return;
        }

        if (reading.Changed)
        {
            // Its writer is at work: its closing, or a while without a change, brings us back.
            Wait(directory, name, Quiet, created: false);
            return;
        }

        ClearProblem(directory, name);
        FilesHashed++;
        var (stat, content) = (reading.Stat, reading.Manifest!.Id);
        if (reading.Bytes is { } bytes) _context.Small.Add(content, bytes);
        if (child is { Kind: not EntryKind.File }) return;
        var node = child ?? Claim(directory, name, EntryKind.File);
        SetLocal(node, new Entry
        {
            Id = node.Id, Parent = directory.Id, Name = name, Kind = EntryKind.File, Mode = stat.Mode, Owner = OwnerOf(stat),
            Size = stat.Stamp.Size, MtimeNs = stat.Stamp.MtimeNs, Content = content,
        }, stat.Stamp);
    }

    /// <summary>The node for something new on disk: the journal's entry at that place, if it is of this kind and nowhere on disk, else a new one.</summary>
    private Node Claim(Node directory, string name, EntryKind kind) =>
        _trees.RemoteChild(directory, name) is { Local: null } known && known.Kind == kind && !known.Has(NodeFlags.Applying) ? known : _trees.AddProvisional();

    private void SetLocal(Node node, Entry entry, FileStamp stamp)
    {
        // What is as agreed shares the agreed object.
        if (node.Remote is { Deleted: false } remote && node.Synced is not null && _context.Reconciler.Comparer.Difference(entry, remote) == Facets.None && entry.MtimeNs == remote.MtimeNs) entry = remote;
        _trees.SetLocal(node, entry, stamp);
    }

    private ulong? OwnerOf(in FileStat stat) => _context.Policy.Ownership ? stat.Owner : null;

    private void RemoveTree(Node node)
    {
        if (node.Kind == EntryKind.Directory)
        {
            foreach (var child in _trees.LocalChildren(node).ToArray()) RemoveTree(child);
            Watcher?.Unwatch(node);
            _rules.Remove(node);
        }

        _vanished.Remove(node);
        if (_trees.LocalParent(node) is { } parent) ClearProblem(parent, node.Local!.Name);
        if (_trees.LocalChildCount(node) == 0) _trees.SetLocal(node, null);
    }

    /// <summary>Becoming ignored takes an entry off the trees; it is never a delete.</summary>
    private void Leave(Node node)
    {
        if (node.Has(NodeFlags.Applying))
        {
            node.Flags |= NodeFlags.LookAgain;
            return;
        }

        foreach (var child in _trees.LocalChildren(node).ToArray()) Leave(child);
        if (node.Kind == EntryKind.Directory) Watcher?.Unwatch(node);
        _vanished.Remove(node);
        _trees.SetSynced(node, null);
        if (_trees.LocalChildCount(node) == 0) _trees.SetLocal(node, null);
    }

    private void Unreadable(Node directory, string name, FsError error)
    {
        Report(directory, name, ProblemCodes.Unreadable, $"It cannot be read ({error}); the last known state stands elsewhere. Mend its permissions; it is tried again.");
        _context.After(RetryUnreadable, () => { if (directory.Current.IsLocal) Mark(directory.Current, name, Look.Bytes); });
    }

    private void Report(Node directory, string name, string code, string message)
    {
        if (!_problemNames.TryGetValue(directory, out var names)) _problemNames.Add(directory, names = new(StringComparer.Ordinal));
        names.Add(name);
        _context.Problems.Set(Join(_trees.LocalPath(directory), name), code, message);
    }

    private void ClearProblem(Node directory, string name)
    {
        if (!_problemNames.TryGetValue(directory, out var names) || !names.Remove(name)) return;
        _context.Problems.Clear(Join(_trees.LocalPath(directory), name));
    }

    private static string Join(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;
}
