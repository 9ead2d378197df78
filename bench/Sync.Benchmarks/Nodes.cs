using System.Globalization;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Benchmarks;

/// <summary>Entries as a source tree has them: fifteen files to a directory.</summary>
internal static class Nodes
{
    public const int PerDirectory = 15;

    /// <summary>An entry by its number, from 2 on: each sixteenth is a directory in the root, the others stand in the one before them.</summary>
    public static Entry Entry(int id)
    {
        var place = (id - 2) % (PerDirectory + 1);
        var isDirectory = place is 0;
        Span<byte> content = stackalloc byte[ContentId.Size];
        new Random(id).NextBytes(content);
        return new Entry
        {
            Id = new EntryId(id),
            Parent = isDirectory ? EntryId.Root : new EntryId(id - place),
            Name = string.Create(CultureInfo.InvariantCulture, $"{(isDirectory ? "dir" : "module")}_{id}{(isDirectory ? "" : ".c")}"),
            Kind = isDirectory ? EntryKind.Directory : EntryKind.File,
            Mode = 0x1A4,
            Size = isDirectory ? 0 : 4096,
            MtimeNs = 1_790_000_000_000_000_000 + id,
            ObservedNs = 1_790_000_000_000_000_000 + id,
            Content = isDirectory ? default : new ContentId(content),
            PlaceRevision = new Revision(id),
            ContentRevision = new Revision(id),
            ModeRevision = new Revision(id),
        };
    }

    /// <summary>A replica's trees, everything agreed.</summary>
    public static TreeSet Trees(int count)
    {
        var trees = new TreeSet(EntryId.Root);
        for (var id = 2; id < count + 2; id++)
        {
            var entry = Entry(id);
            var node = trees.GetOrAdd(entry.Id);
            trees.SetLocal(node, entry, new FileStamp((ulong)id, entry.Size, entry.MtimeNs, entry.MtimeNs));
            trees.SetSynced(node, entry);
            trees.SetRemote(node, entry);
        }

        return trees;
    }
}
