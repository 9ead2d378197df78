using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;
using Sync.Engine.Watching;

namespace Sync.Engine.Scanning;

/// <summary>
/// Looks at the marked names on workers, reads those that are small and not as known in the same go, and hands over each sighting that holds;
/// where the directory has moved meanwhile, the name is looked at again. On the loop, but for the looks.
/// </summary>
internal sealed class NameProber(ReplicaContext context, IWatcher watcher, JobCounter jobs, LookQueue looks, Action<Node, Sighting, long> seen)
{
    /// <summary>Names in one piece of a worker's work.</summary>
    private const int Batch = 256;

    private const long SmallLimit = SmallContents.MaxLength;

    private readonly TreeSet _trees = context.Trees;
    private readonly StaleNames _stale = new(jobs);

    /// <summary>Batches of looks that have not come back yet.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Sends out looks at what was marked.</summary>
    public void SendOut()
    {
        if (looks.IsEmpty) return;
        var now = jobs.Tick();
        foreach (var (marked, names) in looks.Names)
        {
            var directory = marked.Current;
            if (!directory.IsLocal) continue;
            foreach (var chunk in names.Chunk(Batch)) Probe(directory, chunk, Math.Min(now, chunk.Min(n => n.Value.Origin)));
        }

        looks.Clear();
    }

    /// <summary>Looks again where a directory was no longer where it was looked for; no look is under way.</summary>
    public void Retry()
    {
        foreach (var ((directory, name), (look, origin)) in _stale.Take())
        {
            if (directory.Current.IsLocal) Probe(directory.Current, [new(name, (look, origin))], origin);
            jobs.End(origin);
        }
    }

    private void Probe(Node directory, KeyValuePair<string, (Look Look, long Origin)>[] names, long origin)
    {
        var path = _trees.LocalPath(directory);
        var key = directory.FileKey;
        var clock = ++context.PlacementClock;
        var hasUnknown = false;
        var work = new (Sighting Seen, FileStamp? Known, bool Reads, LineChoice Lines)[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var look = names[i].Value.Look;
            var child = _trees.LocalChild(directory, names[i].Key);
            hasUnknown |= child is null;
            FileStamp? known = child is { Local.Kind: not EntryKind.Directory } ? child.Stamp : null;
            // What is just being put there is looked at again when it stands: read now, each file of a first sync would be hashed once more.
            var isComing = child?.Has(NodeFlags.Applying) ?? context.Arrivals.At(directory, names[i].Key) is not null;
            work[i] = (new Sighting(directory, names[i].Key) { Clock = clock, JustCreated = look.HasFlag(Look.Created), BytesChanged = look.HasFlag(Look.Bytes), Linked = look.HasFlag(Look.Linked) }, known, !isComing, LineChoice.For(context, child, directory, names[i].Key));
        }

        UnderWay++;
        jobs.Begin(origin);
        context.Io.Run(() =>
        {
            var spelled = Spelled(path);
            foreach (var (sighting, known, reads, lines) in work) Glance(sighting, known, reads, lines, path, spelled);
            if (path.Length > 0) FindStale(work.Select(w => w.Seen), path, key);
            watcher.CatchUp();
            context.Loop.Post(() =>
            {
                foreach (var (sighting, _, _, _) in work) Sort(sighting, path, origin);
                if (spelled is not null && hasUnknown) MarkMissing(directory.Current, path, spelled, origin);
                UnderWay--;
                jobs.End(origin);
            });
        });
    }

    /// <summary>The names of a directory as they are spelled, where a file system finds things under other spellings too: what is under another is not there under this.
    /// One listing for up to 256 looks; null where names are what they are. On a worker.</summary>
    private HashSet<string>? Spelled(string path)
    {
        if (!context.Files.Traits.FoldsNames) return null;
        var items = new List<DirectoryItem>();
        return context.Files.List(path, items) == FsError.None ? items.Select(static item => item.Name).OfType<string>().ToHashSet(StringComparer.Ordinal) : null;
    }

    /// <summary>On a worker.</summary>
    private void Glance(Sighting sighting, FileStamp? known, bool reads, LineChoice lines, string directoryPath, HashSet<string>? spelled)
    {
        var path = SharePath.Join(directoryPath, sighting.Name);
        sighting.Error = context.Files.Stat(path, out var stat);
        if (sighting.Error == FsError.None && spelled?.Contains(sighting.Name) == false) sighting.Error = FsError.NotFound;
        sighting.Stat = stat;
        if (sighting.Error != FsError.None) return;
        switch (stat.Kind)
        {
            case EntryKind.Symlink:
                sighting.Error = context.Files.ReadLink(path, out var target);
                sighting.LinkTarget = target;
                break;
            case EntryKind.File when reads && stat.Stamp.Size <= SmallLimit && (known is null || known != stat.Stamp || sighting.BytesChanged) && !(sighting.JustCreated && known is null):
                sighting.Reading = FileReading.Of(context.Files, path, context.Stopping, keepsBytes: true, lines: lines);
                break;
        }
    }

    /// <summary>On a worker, after the looks: where the directory has moved on, or another has come to its path, what was seen or not seen is no news about the names in it.</summary>
    private void FindStale(IEnumerable<Sighting> sightings, string directoryPath, ulong directoryKey)
    {
        var error = context.Files.Stat(directoryPath, out var stands);
        var isElsewhere = IsGone(error) || (error == FsError.None && directoryKey != 0 && stands.Stamp.FileKey != directoryKey);
        if (error == FsError.None && !isElsewhere) return;
        foreach (var sighting in sightings) sighting.Stale = isElsewhere || IsGone(sighting.Error);
    }

    private static bool IsGone(FsError error) => error is FsError.NotFound or FsError.NotDirectory or FsError.Escapes;

    /// <summary>Events there may tell of a name in the spelling that a program used, which is known to nobody: what is missing under its own is looked at, too.</summary>
    private void MarkMissing(Node directory, string pathThen, HashSet<string> spelled, long origin)
    {
        if (!directory.IsLocal || _trees.LocalPath(directory) != pathThen) return;
        foreach (var child in _trees.LocalChildren(directory).ToArray())
            if (!child.Has(NodeFlags.Applying) && !spelled.Contains(child.Local!.Name)) looks.Mark(directory, child.Local.Name, Look.Plain, origin);
    }

    private void Sort(Sighting sighting, string pathThen, long origin)
    {
        var directory = sighting.Directory.Current;
        if (!directory.IsLocal) return;
        if (sighting.Stale || _trees.LocalPath(directory) != pathThen)
        {
            // The directory's own place first: it has gone, or moved. If it is still there then, the name is looked at again.
            var isFirst = _stale.Add(directory, sighting.Name, sighting.BytesChanged ? Look.Bytes : Look.Plain, origin);
            if (isFirst && directory != _trees.Root && _trees.LocalParent(directory) is { } above) looks.Mark(above, directory.Local!.Name, Look.Plain, origin);
            return;
        }

        seen(directory, sighting, origin);
    }
}
