using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Trees;
using Sync.Engine.Watching;

namespace Sync.Engine.Scanning;

/// <summary>
/// Watches and lists directories on workers, and hands over each listing that holds; what has moved or cannot be read meanwhile is tried again.
/// On the loop, but for the reading.
/// </summary>
internal sealed class DirectoryScanner(ReplicaContext context, IWatcher watcher, JobCounter jobs, LookQueue looks, DirectoryRules rules, Action<DirectoryListing> listed, Action<string> replicaFound)
{
    /// <summary>Directories whose listing did not hold, or could not be made: it is owed when a look has told of them.</summary>
    private readonly HashSet<Node> _owed = [];

    /// <summary>Directories that could not be read, and will be tried again in a while: once each, however often they are looked at until then.</summary>
    private readonly HashSet<Node> _retried = [];

    /// <summary>Listings that have not come back yet.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Lists a directory as a job of its own.</summary>
    public void Scan(Node directory, bool recursive) => Scan(directory, recursive, jobs.Tick());

    /// <summary>Lists a directory: with all directories below, or only to see its names.</summary>
    public void Scan(Node directory, bool recursive, long origin)
    {
        // Without a place it would have the root's path, and take the root's watch.
        if (!directory.IsLocal) return;
        var listing = new DirectoryListing(directory, context.Trees.LocalPath(directory), recursive) { Origin = origin, Clock = ++context.PlacementClock };
        var key = directory.FileKey;
        UnderWay++;
        jobs.Begin(origin);
        rules.BeginListing(directory);
        context.Io.Run(() =>
        {
            Read(listing, key);
            // What was seen may be judged only after all that happened before it: an ignore file, for one.
            watcher.CatchUp();
            context.Loop.Post(() =>
            {
                UnderWay--;
                GiveBackWatch(listing);
                if (listing.Directory.IsLocal) Check(listing);
                jobs.End(origin);
            });
        });
    }

    /// <summary>Whether a directory that stands where it was looked for is still to be listed, for the last listing did not hold or could not be made. To be done by who asks.</summary>
    public bool TakeOwed(Node directory) => _owed.Count > 0 && _owed.RemoveWhere(owed => owed.Current == directory) > 0;

    /// <summary>A directory that cannot be looked at is listed when it can be.</summary>
    public void Owe(Node directory) => _owed.Add(directory);

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        _owed.RemoveWhere(static directory => !directory.Current.IsLocal);
        _owed.TrimExcess();
    }

    /// <summary>Its ignore files may have changed: it is listed, and if so, all below is seen anew.</summary>
    public void ScanByNewRules(Node directory)
    {
        rules.Expect(directory);
        Scan(directory, recursive: false);
    }

    /// <summary>On a worker.</summary>
    private void Read(DirectoryListing listing, ulong key)
    {
        // Watch first, then list: what appears in between is seen twice, never missed.
        var path = listing.Path;
        listing.Watching = watcher.Watch(path, listing.Begun);
        var error = context.Files.Stat(path, out var self);
        if (error == FsError.None && key != 0 && self.Stamp.FileKey != key) error = FsError.NotFound;
        if (error == FsError.None) error = context.Files.List(path, listing.Items);
        listing.Self = self;
        listing.Error = error;
        foreach (var item in listing.Items)
        {
            if (item.Name is null || item.Error != FsError.None) continue;
            if (PrivateDirectory.IsOfAnother(context.Files, path, item)) listing.Replica = item.Name == PrivateDirectory.Name ? SharePath.Join(path, item.Name) : path;
            if (item.Stat.Kind == EntryKind.Symlink && context.Files.ReadLink(SharePath.Join(path, item.Name), out var target) == FsError.None) listing.LinkTargets[item.Name] = target;
            if (item.Stat.Kind != EntryKind.File) continue;
            if (!rules.IsRuleFile(item.Name)) continue;
            var file = RuleFile.Read(context.Files, SharePath.Join(path, item.Name), context.Files.Traits.FoldsCase, out var isChanging);
            listing.IsRuleFileChanging |= isChanging;
            if (item.Name == IgnoreRules.SyncIgnoreName) listing.SyncIgnore = file;
            else listing.GitIgnore = file;
        }

        // RACE: another directory may have come to the path after the look at it, and be the one that was listed.
        if (error != FsError.None || self.Stamp.FileKey == 0) return;
        listing.Error = context.Files.Stat(path, out var still);
        if (listing.Error == FsError.None && still.Stamp.FileKey != self.Stamp.FileKey) listing.Error = FsError.NotFound;
    }

    /// <summary>Another directory had come to the path by then: its own watch is lost, and it is watched again.</summary>
    private void GiveBackWatch(DirectoryListing listing)
    {
        var stood = listing.Self.Stamp.FileKey;
        if (stood != 0 && stood != listing.Directory.FileKey && context.Trees.FindDirectory(stood) is { } other && other != listing.Directory) Scan(other, recursive: false, listing.Origin);
    }

    private void Check(DirectoryListing listing)
    {
        var (directory, error) = (listing.Directory, listing.Error);
        var display = listing.Path.Length == 0 ? "." : listing.Path;
        if (context.Trees.LocalPath(directory) != listing.Path)
        {
            Scan(directory, listing.Recursive, listing.Origin);
            return;
        }

        if (error is FsError.NotFound or FsError.NotDirectory && directory != context.Trees.Root)
        {
            // It has gone or moved on, or another was there for a moment only and it is where it was: then nothing but this leads to another listing.
            _owed.Add(directory);
            if (context.Trees.LocalParent(directory) is { } parent) looks.Mark(parent, directory.Local!.Name, Look.Plain, listing.Origin);
            return;
        }

        if (error != FsError.None)
        {
            rules.GiveUp(directory);
            // A look at its name, which a change of its mode or owner leads to, tells that it may be readable now.
            _owed.Add(directory);
            // Nothing is known of what is in it: nothing is taken for deleted.
            context.Problems.SetUnreadable(display, $"The directory cannot be read ({error}); what is in it stays as it was. Mend its permissions; it is tried again.");
            if (!_retried.Add(directory)) return;
            context.After(NameProblems.RetryUnreadable, () =>
            {
                _retried.Remove(directory);
                var now = directory.Current;
                // It may have another name by now, or none: then nobody would take back what is said of this one.
                if (!now.IsLocal || context.Trees.LocalPath(now) != listing.Path) context.Problems.Clear(display, ProblemCodes.Unreadable);
                if (now.IsLocal) Scan(now, recursive: true);
            });
            return;
        }

        if (listing.Replica is { } replica)
        {
            // Not to be looked into, nor to be taken for content.
            rules.GiveUp(directory);
            _owed.Add(directory);
            replicaFound(replica);
            return;
        }

        if (_owed.Count > 0) _owed.Remove(directory);
        if (context.Problems.IsUnreadable(listing.Path.Length == 0 ? "." : listing.Path))
        {
            context.Problems.Clear(display, ProblemCodes.Unreadable);
            PlanAbsent(directory);
        }

        if (listing.Watching is FsError.Limit) context.Log.LogWatchLimit(context.Share, display);
        listed(listing);
    }

    /// <summary>Of what the journal has below, and the disk perhaps not, nothing could be said as long as the directory could not be read.</summary>
    private void PlanAbsent(Node directory)
    {
        var below = new Stack<Node>([directory]);
        while (below.TryPop(out var node))
        {
            foreach (var child in context.Trees.RemoteChildren(node))
            {
                if (child.Kind == EntryKind.Directory) below.Push(child);
                if (!child.IsLocal) context.Reconciler.Enqueue(child);
            }
        }
    }
}
