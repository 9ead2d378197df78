using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Reads and hashes files that are not as known, each by one worker at a time, and brings what was read into the local tree. On the loop,
/// but for the reading.</summary>
internal sealed class FileReader(ReplicaContext context, JobCounter jobs, LookQueue looks, QuietPeriods quiet, NameProblems problems, LocalTreeWriter local, Action endTurn)
{
    /// <summary>Longer files are read apart, so that they hold up no small ones.</summary>
    private const long LongRead = 1 << 20;

    private readonly TreeSet _trees = context.Trees;

    /// <summary>A file that has been changing for so long whenever it was read is copied, and the copy is read.</summary>
    private static readonly TimeSpan Restless = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReviewAfter = TimeSpan.FromSeconds(1);

    private readonly VerifiedManifests _manifests = new(context.Manifests);

    /// <summary>The store of manifests has failed, and somebody has been told.</summary>
    private bool _storeFails;

    private bool _reviewSet;

    /// <summary>Files that changed while they were read.</summary>
    private readonly Dictionary<(Node, string), Unrest> _restless = [];

    /// <summary>Under way, with the stamp that was seen before; again: something newer was seen.</summary>
    private readonly Dictionary<(Node, string), (FileStamp Seen, bool Again)> _reading = [];

    /// <summary>Whether small contents are kept for a moment, to travel without a second read.</summary>
    public Func<bool> KeepsBytes { get; init; } = static () => true;

    public bool IsReading((Node Directory, string Name) file) => _reading.ContainsKey(file);

    /// <summary>The files below any of the directories that are being read.</summary>
    public IEnumerable<(Node Directory, string Name)> ReadingWithin(IReadOnlySet<Node> directories) =>
        _reading.Keys.Where(file => _trees.IsLocallyWithinAny(file.Item1.Current, directories));

    public long FilesHashed { get; private set; }

    /// <summary>Gives memory back.</summary>
    public void Trim() => _reading.TrimExcess();

    /// <summary>Reads a file, unless that is under way.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="seen">Its stamp.</param>
    /// <param name="isWritten">It may have been written to since it had this stamp.</param>
    /// <param name="origin">The job that this is a part of.</param>
    public void Hash(Node directory, string name, FileStamp seen, bool isWritten, long origin)
    {
        if (_reading.TryGetValue((directory, name), out var reading))
        {
            // (Seen again as it was, it is not read again: a look at an ignore file leads to a listing, which sees it once more; one too long to be read in the look was read for ever.)
            if (isWritten || seen != reading.Seen) _reading[(directory, name)] = (seen, true);
            return;
        }

        _reading[(directory, name)] = (seen, false);
        jobs.Begin(origin);
        var path = SharePath.Join(_trees.LocalPath(directory), name);
        var clock = context.PlacementClock;
        var asCopy = _restless.TryGetValue((directory, name), out var unrest) && (unrest.Copied is not null || context.Time.GetElapsedTime(unrest.Since) >= Restless);
        var child = _trees.LocalChild(directory, name);
        var known = child?.Local?.Content ?? default;
        var grows = unrest is null && (child is not null || !_trees.HasLongFile(seen.Size));
        var lines = LineChoice.For(context, child, directory, name);
        var keepsBytes = KeepsBytes();
        (seen.Size > LongRead ? context.Bulk : context.Io).Run(() =>
        {
            FileReading reading;
            var copied = false;
            try
            {
                reading = Read(path, known, keepsBytes, lines, grows);
                if (reading.Changed && asCopy)
                {
                    copied = true;
                    reading = context.LiveCopies.Take(path, lines, context.Stopping);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Keep(reading);
            context.Loop.Post(() =>
            {
                _reading.Remove((directory, name), out var read);
                var now = directory.Current;
                if (now.IsLocal)
                {
                    if (read.Again) looks.Mark(now, name, Look.Bytes | Look.Linked, origin);
                    else if (SharePath.Join(_trees.LocalPath(now), name) != path || _trees.LocalChild(now, name)?.PlacedAt > clock) looks.Mark(now, name, Look.Bytes, origin);
                    else Take(now, name, reading, origin, copied);
                }

                // What follows from it begins before it ends: a flush waits for that too.
                endTurn();
                jobs.End(origin);
            });
        });
    }

    /// <summary>Reads a file of which it is not known yet what it is in the tree.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="seen">As it was seen.</param>
    /// <param name="lines">How its line ends count.</param>
    /// <param name="origin">The job that this is a part of.</param>
    /// <param name="taken">Gets what was read; null: something newer was seen at the name meanwhile, or nothing, and it is to be looked at again.</param>
    /// <returns>False if it is being read already: it will be looked at again.</returns>
    public bool TryRead(Node directory, Sighting seen, LineChoice lines, long origin, Action<FileReading?> taken)
    {
        if (!_reading.TryAdd((directory, seen.Name), (seen.Stat.Stamp, false)))
        {
            Outdate(directory, seen.Name);
            return false;
        }

        jobs.Begin(origin);
        var path = SharePath.Join(_trees.LocalPath(directory), seen.Name);
        var keepsBytes = KeepsBytes();
        (seen.Stat.Stamp.Size > LongRead ? context.Bulk : context.Io).Run(() =>
        {
            FileReading reading;
            try
            {
                reading = FileReading.Of(context.Files, path, context.Stopping, context.Manifests.Key, keepsBytes: keepsBytes, lines: lines);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Keep(reading);
            context.Loop.Post(() =>
            {
                _reading.Remove((directory, seen.Name), out var read);
                taken(read.Again || !directory.Current.IsLocal || SharePath.Join(_trees.LocalPath(directory.Current), seen.Name) != path ? null : reading);
                endTurn();
                jobs.End(origin);
            });
        });
        return true;
    }

    /// <summary>Reads a file; others may have what is found of a long one meanwhile.</summary>
    /// <param name="grows">Its writer is not at work, and it is no copy of another. Not where it is known what it was, and not of what that consisted: all of it would go out.</param>
    private FileReading Read(string path, ContentId known, bool keepsBytes, LineChoice lines, bool grows)
    {
        GrowingContent? growing = null;
        Manifest? whole = null;
        try
        {
            var reading = FileReading.Of(
                context.Files, path, context.Stopping, context.Manifests.Key, () => Known(known), keepsBytes, lines,
                grows ? (stamp, former) => growing = known.IsNone || former is not null ? context.Growing?.Open(path, stamp, former) : null : null);
            if (reading is { Error: FsError.None, Changed: false }) whole = reading.Manifest;
            return reading;
        }
        finally
        {
            if (growing is not null) context.Growing!.End(growing, whole);
        }
    }

    /// <summary>Chunks and sums of what a file was. Where they cannot be had all of it is hashed.</summary>
    private (Manifest, BlockSums)? Known(ContentId content)
    {
        if (content.IsNone) return null;
        try
        {
            return _manifests.Find(content) is { } manifest && _manifests.FindSums(content, manifest.Length) is { } sums ? (manifest, sums) : null;
        }
        catch (IOException e)
        {
            TellOf(e);
            return null;
        }
    }

    /// <summary>What a later transfer of it, or of what follows it, needs to know: it is made again for a transfer if it cannot be kept. On a worker.</summary>
    private void Keep(in FileReading reading)
    {
        if (reading is not { Changed: false, Manifest: { Count: > 1 } manifest }) return;
        try
        {
            _manifests.Keep(manifest);
            _manifests.Keep(manifest.Id, reading.Sums);
            Volatile.Write(ref _storeFails, false);
        }
        catch (IOException e)
        {
            TellOf(e);
        }
    }

    /// <summary>Once, until it is over: a store that fails does so for each file.</summary>
    private void TellOf(IOException e)
    {
        if (!Interlocked.Exchange(ref _storeFails, true)) context.Log.LogNotice(context.Share, $"what shortens later transfers cannot be read or kept ({e.Message})");
    }

    /// <summary>Something newer was seen than what is being read.</summary>
    public void Outdate(Node directory, string name)
    {
        if (_reading.TryGetValue((directory, name), out var reading)) _reading[(directory, name)] = reading with { Again = true };
    }

    /// <summary>It is gone, perhaps to another name before it came to rest, as files do that are written beside the one they replace.</summary>
    public void Miss(Node directory, string name)
    {
        Outdate(directory, name);
        if (!_reading.ContainsKey((directory, name))) CalmDown(directory, name, null);
    }

    /// <summary>Takes what was read in the same go as the file was looked at.</summary>
    public void TakeSeen(Node directory, string name, FileReading reading, long origin)
    {
        Outdate(directory, name);
        Take(directory, name, reading, origin);
    }

    /// <summary>Takes what was read of a file, or of a live copy of it.</summary>
    private void Take(Node directory, string name, FileReading reading, long origin, bool copied = false)
    {
        var child = _trees.LocalChild(directory, name);
        if (child is not null && child.Has(NodeFlags.Applying))
        {
            if (copied && reading.Manifest is { } unused) context.LiveCopies.Drop(unused.Id);
            child.Flags |= NodeFlags.LookAgain;
            return;
        }

        if (reading is { Error: FsError.None, Changed: true })
        {
            // Its writer is at work: its closing, or a while without a change, brings us back. A flush waits for that.
            if (!_restless.TryGetValue((directory, name), out var unrest)) _restless.Add((directory, name), unrest = new Unrest(context.Time.GetTimestamp()));
            unrest.Owed.Add(jobs.Begin(origin));
            quiet.Begin(directory, name, QuietPeriods.Quiet);
            SetReview();
            return;
        }

        CalmDown(directory, name, copied ? reading.Manifest?.Id : null);

        switch (reading.Error)
        {
            case FsError.None: break;
            case FsError.NotFound or FsError.NotDirectory or FsError.Escapes or FsError.IsDirectory or FsError.Invalid or FsError.Unsupported:
                looks.Mark(directory, name, Look.Plain, origin);
                return;
            default:
                problems.ReportUnreadable(directory, name, reading.Error);
                return;
        }

        problems.Clear(directory, name);
        FilesHashed++;
        var (stat, content) = (reading.Stat, reading.Manifest!.Id);
        if (reading.Bytes is { } bytes) context.Small.Add(content, bytes);
        if (child is { Kind: not EntryKind.File }) return;
        var node = child ?? local.Claim(directory, name, EntryKind.File);
        // An edit that was only touched since is as old as it was. (What the journal has is told by the host's clock.)
        var seen = node.Local is { } before && before.Content == content && node.Remote?.Content != content && node.Base?.Content != content ? before.ObservedNs : context.NowNs;
        local.Set(node, new Entry
        {
            Id = node.Id, Parent = directory.Id, Name = name, Kind = EntryKind.File, Mode = stat.Mode, Owner = local.OwnerOf(stat),
            Size = reading.Length, MtimeNs = stat.Stamp.MtimeNs, Content = content, ObservedNs = seen,
        }, stat.Stamp, stat.Stamp.Size);
    }

    /// <summary>A state of the file was taken, or it is gone: what waited for that has come to its end.</summary>
    private void CalmDown(Node directory, string name, ContentId? copy)
    {
        if (!_restless.TryGetValue((directory, name), out var unrest)) return;
        if (unrest.Copied is { } former && former != copy) context.LiveCopies.Drop(former);
        foreach (var origin in unrest.Owed) jobs.End(origin);
        unrest.Owed.Clear();
        var isFirst = unrest.Copied is null;
        unrest.Copied = copy;
        if (copy is null)
        {
            _restless.Remove((directory, name));
            return;
        }

        if (isFirst) context.Log.LogNotice(context.Share, $"'{SharePath.Join(_trees.LocalPath(directory), name)}' is being written all the time: a copy of it, as it was at one moment, is synced now and then");
        unrest.Since = context.Time.GetTimestamp();
        quiet.Begin(directory, name, Restless, atLeast: true);
    }

    /// <summary>Now and then: a file that went before it came to rest is waited for no longer.</summary>
    private void SetReview()
    {
        if (_reviewSet) return;
        _reviewSet = true;
        context.After(ReviewAfter, () =>
        {
            _reviewSet = false;
            foreach (var (key, unrest) in _restless.Where(r => r.Value.Owed.Count > 0).ToArray())
            {
                if (_reading.ContainsKey(key) || quiet.Contains(key.Item1, key.Item2)) unrest.Unattended = 0;
                else if (++unrest.Unattended > 2) CalmDown(key.Item1, key.Item2, null);
            }

            if (_restless.Values.Any(u => u.Owed.Count > 0)) SetReview();
        });
    }

    /// <summary>A file that is never the same from the beginning of a read to its end.</summary>
    private sealed class Unrest(long since)
    {
        /// <summary>Since when, or when it was last copied; a timestamp.</summary>
        public long Since { get; set; } = since;

        /// <summary>The content of the copy that stands for it.</summary>
        public ContentId? Copied { get; set; }

        /// <summary>Reviews in a row at which nobody was about to read it.</summary>
        public int Unattended { get; set; }

        /// <summary>Moments whose flush waits for a state of it.</summary>
        public List<long> Owed { get; } = [];
    }
}
