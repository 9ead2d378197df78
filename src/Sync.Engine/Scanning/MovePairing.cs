using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>When no look is under way: what has gone and what is new under another name with the same inode has moved, the rest of what has
/// gone is deleted, the rest of what is new is new. On the loop.</summary>
internal sealed class MovePairing(ReplicaContext context, MoveCandidates candidates, LookQueue looks, LocalTreeWriter local, FileReader reader)
{
    /// <summary>Moved, with other bytes than before, which are being read.</summary>
    private readonly HashSet<Node> _awaited = [];

    /// <summary>No look is under way: what is gone is gone, but for what has turned up elsewhere.</summary>
    public void Conclude()
    {
        if (candidates.AnyAppeared)
        {
            var gone = new Dictionary<ulong, Node>();
            foreach (var node in candidates.Gone) Collect(node, gone);
            candidates.TakeAppeared((directory, seen, origin) => Appear(directory, seen, gone, origin));
        }

        if (!candidates.AnyGone) return;
        foreach (var (node, clock) in candidates.TakeGone())
        {
            if (!node.IsLocal) continue;
            if (_awaited.Contains(node)) candidates.AddGone(node, clock);
            else if (node.Has(NodeFlags.Applying)) node.Flags |= NodeFlags.LookAgain;
            else if (node.PlacedAt > clock && context.Trees.LocalParent(node) is { } directory) looks.Mark(directory, node.Local!.Name, Look.Plain);
            else local.Remove(node);
        }
    }

    private void Collect(Node node, Dictionary<ulong, Node> files)
    {
        if (!node.IsLocal) return;
        if (node.Kind == EntryKind.Directory)
            foreach (var child in context.Trees.LocalChildren(node)) Collect(child, files);
        else if (node.FileKey != 0 && !_awaited.Contains(node)) files.TryAdd(node.FileKey, node);
    }

    private void Appear(Node directory, Sighting seen, Dictionary<ulong, Node> gone, long origin)
    {
        if (!directory.IsLocal) return;
        var stamp = seen.Stat.Stamp;
        if (context.Trees.LocalChild(directory, seen.Name) is not null)
        {
            looks.Mark(directory, seen.Name, Look.Plain, origin);
            return;
        }

        if (gone.TryGetValue(stamp.FileKey, out var moved) && moved.Kind == seen.Stat.Kind && moved.IsLocal && !moved.Has(NodeFlags.Applying))
        {
            gone.Remove(stamp.FileKey);
            var lines = LineChoice.For(context, moved.IsConverted ? moved : null, directory, seen.Name);
            // Written under a name that says nothing of line ends, and then renamed, as careful programs do: it counts as if it had been written under this one.
            var isNewText = !moved.IsConverted && lines != default && !context.LineEndings().HasCrlf(context.Trees.LocalPath(moved));
            var sameBytes = (moved.Stamp.SameButCtime(stamp) && !isNewText) || moved.Kind == EntryKind.Symlink;
            if (!sameBytes && seen.Reading is null)
            {
                if (TryAwait(moved, directory, seen, lines, origin)) _awaited.Add(moved);
                return;
            }

            candidates.RemoveGone(moved);
            local.Set(moved, moved.Local! with { Parent = directory.Id, Name = seen.Name, Mode = seen.Stat.Kind == EntryKind.Symlink ? moved.Local.Mode : seen.Stat.Mode }, sameBytes ? stamp with { Size = 0 } : moved.Stamp);
            // In the same turn: nobody is told of the new name with the bytes of before.
            if (!sameBytes) reader.TakeSeen(directory, seen.Name, seen.Reading!.Value, origin);
            return;
        }

        if (seen.Stat.Kind == EntryKind.Symlink)
        {
            var node = local.Claim(directory, seen.Name, EntryKind.Symlink);
            local.Set(node, local.LinkEntry(node.Id, directory, seen.Name, seen.Stat, seen.LinkTarget!), stamp with { Size = 0 });
        }
        else if (seen.Reading is { } reading) reader.TakeSeen(directory, seen.Name, reading, origin);
        else reader.Hash(directory, seen.Name, stamp, seen.BytesChanged, origin);
    }

    /// <summary>Written and then renamed: it has moved when its bytes are known, or the new name would stand elsewhere for those of before.</summary>
    private bool TryAwait(Node moved, Node directory, Sighting seen, LineChoice lines, long origin) => reader.TryRead(directory, seen, lines, origin, read =>
    {
        _awaited.Remove(moved);
        var now = directory.Current;
        if (!now.IsLocal) return;
        // An inode that was freed a moment ago is given to the next file: that may have come, and gone on to its true name, while it was read.
        if (read is not { Error: not (FsError.NotFound or FsError.NotDirectory or FsError.Escapes) } reading) looks.Mark(now, seen.Name, Look.Bytes, origin);
        // Where it cannot be read, or is still being written to, it has moved all the same.
        else candidates.Appear(now, seen with { Reading = reading, Stat = reading is { Error: FsError.None, Changed: false } ? reading.Stat : seen.Stat }, origin);
    });
}
