using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Google.Protobuf;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;
using Sync.Engine.Store;
using Sync.Engine.Tags;
using Sync.Protocol.Pulling;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Wire;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>What a pull asks for and is told, and what it leaves on disk: heads, numbers of contents, trees of records, the record of a workspace; tags.</summary>
internal static class PullTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new WireTarget("pull-hello", Requests.Select(r => PullMapping.ToWire(r).ToByteArray()), ReadHello),
        new WireTarget("pull-head", Heads.Select(h => PullMapping.ToWire(h, 1).ToByteArray()), ReadHead),
        new WireTarget("pull-ask", Wants.Select(w => PullMapping.ToWire(w).First().ToByteArray()), ReadAsk),
        new WireTarget("pulled-tree", Trees.Select(t => (byte[])[(byte)t.Count, 0, .. t.Records]), ReadTree),
        new BytesTarget("workspace-record", Trees.Select(Workspace), ReadWorkspace, MendWorkspace),
        new BytesTarget("tag-file", Gen.Select(Gens.Name, Gens.HostEntry.List[0, 4], Gen.Long[0, 1_800_000_000_000], TagBytes), ReadTag, MendTag),
    ];

    private static Gen<PullRequest> Requests => Gen.Select(Gens.Name, Gens.Name.List[0, 3], Gens.Text, Gen.Bool, (share, path, at, known) =>
        new PullRequest(share, string.Join('/', path), at) { KnownTree = known ? Gens.Some(32) : default });

    private static Gen<PullHead> Heads => Gen.Select(Gens.Revision, Gen.Int[0, PulledTree.MaxEntries], Gen.Long[0, long.MaxValue], Gen.Bool, Gens.Text, (revision, entries, bytes, known, tag) =>
        new PullHead(revision, Gens.Some(32), entries, entries, bytes, bytes / 2, known) { HasChunks = !known, Tag = tag });

    private static Gen<List<PullWant>> Wants => Gen.Select(Gen.Int[0, PulledTree.MaxEntries], Gen.Int[0, 900], Gen.Int[0, 3], Gen.Long[1, long.MaxValue], (first, count, kind, number) => kind switch
    {
        0 => new PullWant(first, 1, Offset: number),
        1 => new PullWant(first, 1, number / 2, number),
        2 => new PullWant(first, 1, IsForChunks: true),
        _ => new PullWant(first, count),
    }).List[1, 6];

    /// <summary>Entries in ascending order, those at odd numbers in the directory before them.</summary>
    private static Gen<(int Count, byte[] Records)> Trees => Gen.Select(Gens.HostEntry, Gen.Int[1, 3], Gen.ULong).List[0, 12].Select(items =>
    {
        var to = new ArrayBufferWriter<byte>();
        var isInside = false;
        for (var i = 0; i < items.Count; i++)
        {
            var (entry, kind, owner) = items[i];
            isInside = i > 0 && !isInside && items[i - 1].Item2 == (int)EntryKind.Directory;
            TreeRecords.Write(
                to,
                entry with
                {
                    Name = string.Create(CultureInfo.InvariantCulture, $"{i:000}{entry.Name}"), Kind = (EntryKind)kind, Mode = entry.Mode & 0xFFF, Size = entry.Size & long.MaxValue,
                    Content = kind == (int)EntryKind.File ? new(Gens.Some(32 + i).AsSpan(0, 32)) : default, LinkTarget = kind == (int)EntryKind.Symlink ? "a/" + entry.Name : null,
                    Owner = owner % 3 == 0 ? owner : null,
                },
                isInside ? 1 : i + 1);
        }

        return (items.Count, to.WrittenSpan.ToArray());
    });

    private static string ReadHello(byte[] input)
    {
        var wire = PullHello.Parser.ParseFrom(input);
        var request = PullMapping.FromWire(wire);
        WireTarget.AssertSame(Told(request), Told(PullMapping.FromWire(PullHello.Parser.ParseFrom(PullMapping.ToWire(request).ToByteArray()))));
        return $"accepted {request.KnownTree.IsEmpty} {PullMapping.Unpacks(wire)}";

        static string Told(PullRequest r) => $"{r.Share}|{r.SubPath}|{r.At}|{Convert.ToHexString(r.KnownTree.Span)}";
    }

    private static string ReadHead(byte[] input)
    {
        var head = PullMapping.FromWire(PullHeadState.Parser.ParseFrom(input));
        WireTarget.AssertSame(Told(head), Told(PullMapping.FromWire(PullHeadState.Parser.ParseFrom(PullMapping.ToWire(head, 1).ToByteArray()))));
        return $"accepted {head.IsKnown} {head.HasChunks} {head.Tag.Length > 0}";

        static string Told(PullHead h) => $"{h with { TreeHash = default }}|{Convert.ToHexString(h.TreeHash.Span)}";
    }

    private static string ReadAsk(byte[] input)
    {
        var ask = PullAsk.Parser.ParseFrom(input);
        if (ask.Wants is null) return "refused";
        var wants = PullMapping.FromWire(ask.Wants).ToList();
        return $"accepted {Math.Min(wants.Count, 5)} {wants.Any(w => w.IsForChunks)} {wants.Any(w => w.Offset > 0)} {wants.Any(w => w.Length > 0)}";
    }

    private static string ReadTree(byte[] input)
    {
        if (input.Length < 2) return "refused";
        var tree = PulledTree.Read(input[2..], BinaryPrimitives.ReadInt16LittleEndian(input));
        for (var i = 0; i < tree.Count; i++)
        {
            if (tree.PathOf(i).Split('/').Any(n => n is "" or "." or "..")) throw new InvalidOperationException(tree.PathOf(i));
        }

        return $"accepted {Math.Min(tree.Files, 3)} {Math.Min(tree.Directories, 3)} {Math.Min(tree.Symlinks, 3)}";
    }

    private static byte[] Workspace((int Count, byte[] Records) tree) => new WorkspaceRecord(
        "host", "share", tree.Count % 2 == 0 ? "" : "a/b", new Revision(tree.Count),
        new KnownTree(PulledTree.Read(tree.Records, tree.Count), [.. Enumerable.Range(0, tree.Count % 3 == 0 ? 0 : tree.Count).Select(i => new FileStamp((ulong)i, i, i, i))]))
    { Boot = tree.Count % 5 == 0 ? null : 7 }.Encode();

    private static string ReadWorkspace(byte[] input)
    {
        if (WorkspaceRecord.Decode(input) is not { } record) return "refused";
        if (WorkspaceRecord.Decode(record.Encode()) is not { } again) throw new InvalidOperationException("What was accepted is refused when it is told again.");
        BytesTarget.AssertSame(Convert.ToHexString(record.Encode()), Convert.ToHexString(again.Encode()));
        return $"accepted {Math.Min(record.Known.Tree.Count, 3)} {record.Known.Stamps.Length > 0} {record.Boot is null}";
    }

    private static void MendWorkspace(byte[] input)
    {
        if (input.Length >= sizeof(ulong)) BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(input.Length - sizeof(ulong)), XxHash3.HashToUInt64(input.AsSpan(0, input.Length - sizeof(ulong))));
    }

    private static byte[] TagBytes(string name, List<Entry> entries, long at)
    {
        var to = new ArrayBufferWriter<byte>();
        to.Write("sync-tag-1\n"u8);
        EntryCodec.Text(to, name);
        foreach (var number in (ReadOnlySpan<long>)[3, 4, at, entries.Count, 0, 0, 5, entries.Count]) EntryCodec.Number(to, (ulong)number);
        foreach (var entry in entries) EntryCodec.Write(to, entry);
        to.Write(SHA256.HashData(to.WrittenSpan));
        return to.WrittenSpan.ToArray();
    }

    private static string ReadTag(byte[] input)
    {
        var (tag, entries) = TagFile.Decode(input);
        _ = Encoding.UTF8.GetByteCount(tag.Name);
        return $"accepted {Math.Min(entries.Count, 4)} {tag.Name.Length > 0}";
    }

    private static void MendTag(byte[] input)
    {
        if (input.Length >= SHA256.HashSizeInBytes) SHA256.HashData(input.AsSpan(0, input.Length - SHA256.HashSizeInBytes), input.AsSpan(input.Length - SHA256.HashSizeInBytes));
    }
}
