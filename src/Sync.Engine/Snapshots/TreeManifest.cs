using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sync.Engine.Model;

namespace Sync.Engine.Snapshots;

/// <summary>
/// A snapshot, or a part of it, as it is sent to those who pull: its entries in tree order, the packed records, and the hash that tells two equal trees
/// without their records. Made once, shared by all pulls of it. Immutable.
/// </summary>
internal sealed class TreeManifest
{
    /// <summary>Where pages end, in bytes: what fits a message with room to spare.</summary>
    public const int PageBytes = 240 << 10;

    private TreeManifest(Snapshot snapshot, Entry[] entries, byte[][] pages, byte[] hash, long files, long bytes)
    {
        Snapshot = snapshot;
        Entries = entries;
        Pages = pages;
        Hash = hash;
        Files = files;
        Bytes = bytes;
    }

    public Snapshot Snapshot { get; }

    /// <summary>In tree order: their positions are the numbers by which contents are asked for.</summary>
    public Entry[] Entries { get; }

    /// <summary>The packed records, whole ones in each.</summary>
    public byte[][] Pages { get; }

    /// <summary>SHA-256 over all records.</summary>
    public byte[] Hash { get; }

    public long Files { get; }

    public long Bytes { get; }

    /// <summary>Puts the entries below a directory in order.</summary>
    public static TreeManifest Build(Snapshot snapshot, EntryId root)
    {
        var sorted = snapshot.Entries.Where(static e => !e.Deleted).ToArray();
        Array.Sort(sorted, static (a, b) => a.Parent.Value != b.Parent.Value ? a.Parent.Value.CompareTo(b.Parent.Value) : string.CompareOrdinal(a.Name, b.Name));
        var children = new Dictionary<long, (int From, int To)>();
        for (var from = 0; from < sorted.Length;)
        {
            var to = from + 1;
            while (to < sorted.Length && sorted[to].Parent == sorted[from].Parent) to++;
            children.Add(sorted[from].Parent.Value, (from, to));
            from = to;
        }

        var builder = new Builder();
        builder.Add(sorted, children, root);
        return builder.Finish(snapshot);
    }

    private sealed class Builder
    {
        private readonly List<Entry> _entries = [];
        private readonly List<byte[]> _pages = [];
        private readonly ArrayBufferWriter<byte> _page = new(PageBytes + TreeRecords.MaxRecord);
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _files;
        private long _bytes;

        // Depth costs a list, not the stack.
        public void Add(Entry[] sorted, Dictionary<long, (int From, int To)> children, EntryId root)
        {
            if (!children.TryGetValue(root.Value, out var top)) return;
            var open = new Stack<(int Directory, int Next, int To)>([(-1, top.From, top.To)]);
            while (open.TryPop(out var level))
            {
                if (level.Next == level.To) continue;
                open.Push(level with { Next = level.Next + 1 });
                var entry = sorted[level.Next];
                var number = _entries.Count;
                Add(entry, number - level.Directory);
                if (entry.Kind == EntryKind.Directory && children.TryGetValue(entry.Id.Value, out var below)) open.Push((number, below.From, below.To));
            }
        }

        public TreeManifest Finish(Snapshot snapshot)
        {
            EndPage();
            using (_hash) return new TreeManifest(snapshot, CollectionsMarshal.AsSpan(_entries).ToArray(), [.. _pages], _hash.GetHashAndReset(), _files, _bytes);
        }

        private void Add(Entry entry, int back)
        {
            TreeRecords.Write(_page, entry, back);
            _entries.Add(entry);
            if (entry.Kind == EntryKind.File)
            {
                _files++;
                _bytes += entry.Size;
            }

            if (_page.WrittenCount >= PageBytes) EndPage();
        }

        private void EndPage()
        {
            if (_page.WrittenCount == 0) return;
            var page = _page.WrittenSpan.ToArray();
            _hash.AppendData(page);
            _pages.Add(page);
            _page.ResetWrittenCount();
        }
    }
}
