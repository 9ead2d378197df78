using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Reads and hashes files that are not as known, each by one worker at a time, and brings what was read into the local tree. On the loop,
/// but for the reading.</summary>
internal sealed class FileReader(ReplicaContext context, JobCounter jobs, LookQueue looks, QuietPeriods quiet, NameProblems problems, LocalTreeWriter local, Action endTurn)
{
    /// <summary>Longer files are read apart, so that they hold up no small ones.</summary>
    private const long LongRead = 1 << 20;

    private readonly TreeSet _trees = context.Trees;

    /// <summary>Under way; true: it must be read again.</summary>
    private readonly Dictionary<(Node, string), bool> _reading = [];

    public long FilesHashed { get; private set; }

    public void Hash(Node directory, string name, long size, long origin)
    {
        if (_reading.ContainsKey((directory, name)))
        {
            _reading[(directory, name)] = true;
            return;
        }

        _reading[(directory, name)] = false;
        jobs.Begin(origin);
        var path = SharePath.Join(_trees.LocalPath(directory), name);
        var clock = context.PlacementClock;
        (size > LongRead ? context.Bulk : context.Io).Run(() =>
        {
            FileReading reading;
            try
            {
                reading = FileReading.Of(context.Files, path, context.Stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            if (reading is { Changed: false, Manifest.Count: > 1 }) context.Manifests.Write(reading.Manifest.Id, reading.Manifest.Encode());
            context.Loop.Post(() =>
            {
                _reading.Remove((directory, name), out var again);
                var now = directory.Current;
                if (now.IsLocal)
                {
                    if (again || SharePath.Join(_trees.LocalPath(now), name) != path || _trees.LocalChild(now, name)?.PlacedAt > clock) looks.Mark(now, name, Look.Bytes);
                    else Take(now, name, reading);
                }

                // What follows from it begins before it ends: a flush waits for that too.
                endTurn();
                jobs.End(origin);
            });
        });
    }

    /// <summary>Takes what was read of a file.</summary>
    public void Take(Node directory, string name, FileReading reading)
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
                looks.Mark(directory, name, Look.Plain);
                return;
            default:
                problems.ReportUnreadable(directory, name, reading.Error);
                return;
        }

        if (reading.Changed)
        {
            // Its writer is at work: its closing, or a while without a change, brings us back.
            quiet.Begin(directory, name, QuietPeriods.Quiet);
            return;
        }

        problems.Clear(directory, name);
        FilesHashed++;
        var (stat, content) = (reading.Stat, reading.Manifest!.Id);
        if (reading.Bytes is { } bytes) context.Small.Add(content, bytes);
        if (child is { Kind: not EntryKind.File }) return;
        var node = child ?? local.Claim(directory, name, EntryKind.File);
        local.Set(node, new Entry
        {
            Id = node.Id, Parent = directory.Id, Name = name, Kind = EntryKind.File, Mode = stat.Mode, Owner = local.OwnerOf(stat),
            Size = stat.Stamp.Size, MtimeNs = stat.Stamp.MtimeNs, Content = content, ObservedNs = context.NowNs,
        }, stat.Stamp);
    }
}
