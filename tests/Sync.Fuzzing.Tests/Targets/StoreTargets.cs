using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using CsCheck;
using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Store;
using Sync.Engine.Store.LiteDb;
using Sync.Engine.Versions;
using Sync.Protocol.Tests.Parts;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>What stands on disk: records of entries, batches and pages of them, frames of the log, what is kept beside the index.</summary>
internal static class StoreTargets
{
    private const long Document = 7;

    public static IEnumerable<FuzzTarget> All =>
    [
        new BytesTarget("entry", Gens.GuestEntry.Select(e => Written(to => EntryCodec.Write(to, e))), ReadEntry),
        new BytesTarget("node", Gen.Select(Gens.GuestEntry, Gens.GuestEntry, Gens.GuestEntry, Gen.Int[0, 7], Node), ReadNode),
        new BytesTarget("packed-records", Gen.Select(Gen.Select(Gen.Long, Gens.Bytes, Gen.Bool).List[0, 6], Gen.Select(Gens.Name, Gens.Bytes).List[0, 3], Records), ReadRecords, MendRecords),
        new BytesTarget("journal-record", Gen.Select(Gens.HostEntry, Gen.ULong.List[0, 4], Journalled), ReadJournalRecord),
        new BytesTarget("log-frame", Gen.Select(Gen.ULong, Gen.Long[0, 1000], Gen.Bool, Frame), ReadLogFrame, MendLogFrame),
        new BytesTarget("recent-records", Gen.Select(Gens.GuestEntry, Gens.GuestEntry, Gens.Change, Gens.Text, Recents), ReadRecents),
        new BytesTarget("recent-log", Gen.Byte.Array[1, 60].List[0, 4].Select(RecentFile), ReadRecentLog, MendRecentLog),
        new BytesTarget("version-line", Gen.Select(Gens.Name, Gen.Int[1, 3], Gen.Long[0, long.MaxValue], Gens.MaybeContent, VersionText), ReadVersion),
        new BytesTarget("replica-mark", Gen.Int[1, 64].Select(n => (byte[])[.. Gens.Some(8), .. Gens.Some(16 * n)]), ReadMark),
        new BytesTarget("horizon", Gen.Int[0, 31].Select(n => Gens.Some(8 + (16 * n))), ReadHorizon),
    ];

    private static byte[] Written(Action<ArrayBufferWriter<byte>> write)
    {
        var to = new ArrayBufferWriter<byte>();
        write(to);
        return to.WrittenSpan.ToArray();
    }

    private static string ReadEntry(byte[] input)
    {
        ReadOnlySpan<byte> from = input;
        var entry = EntryCodec.Read(ref from);
        ReadOnlySpan<byte> copy = Written(to => EntryCodec.Write(to, entry));
        BytesTarget.AssertSame(entry.ToString(), EntryCodec.Read(ref copy).ToString());
        return $"accepted {(Enum.IsDefined(entry.Kind) ? entry.Kind : 0)} {entry.Deleted} {entry.Owner is null} {entry.LinkTarget is null} {entry.Content.IsNone} {from.Length == 0}";
    }

    private static byte[] Node(Entry synced, Entry local, Entry remote, int which) => NodeCodec.Write(
        (which & 1) == 0 ? null : which == 5 ? remote : synced, (which & 2) == 0 ? null : which == 6 ? remote : local, new FileStamp(1, 2, 3, 4), (which & 4) == 0 ? null : remote).ToArray();

    private static string ReadNode(byte[] input)
    {
        var (synced, local, stamp, remote) = NodeCodec.Read(input);
        var again = NodeCodec.Read(NodeCodec.Write(synced, local, stamp, remote).Span);
        BytesTarget.AssertSame($"{synced} {local} {stamp} {remote}", $"{again.Synced} {again.Local} {again.Stamp} {again.Remote}");
        return $"accepted {synced is null} {local is null} {remote is null}";
    }

    private static byte[] Records(List<(long Key, ReadOnlyMemory<byte> Bytes, bool IsGone)> records, List<(string Name, ReadOnlyMemory<byte> Value)> values)
    {
        var to = new ArrayBufferWriter<byte>();
        PackedRecords.Begin(to);
        foreach (var (key, bytes, isGone) in records) PackedRecords.Add(to, key, isGone ? null : bytes);
        foreach (var (name, value) in values) PackedRecords.Add(to, name, value.Length % 3 == 0 ? null : value.ToArray());
        return PackedRecords.End(to, Document);
    }

    private static string ReadRecords(byte[] input)
    {
        var (records, values) = (0, 0);
        var again = new ArrayBufferWriter<byte>();
        PackedRecords.Begin(again);
        var isText = true;
        PackedRecords.Read(input, Document, (key, bytes) =>
        {
            records++;
            PackedRecords.Add(again, key, bytes);
        }, (name, value) =>
        {
            values++;
            isText &= name.Length <= PackedRecords.MaxName && !name.Contains('\uFFFD', StringComparison.Ordinal);
            if (isText && System.Text.Encoding.UTF8.GetByteCount(name) <= PackedRecords.MaxName) PackedRecords.Add(again, name, value);
            else isText = false;
        });
        // A deletion has no bytes when it is written; what is read may have had some.
        _ = PackedRecords.End(again, Document);
        return $"accepted {Math.Min(records, 6)} {Math.Min(values, 4)}";
    }

    private static void MendRecords(byte[] input)
    {
        if (input.Length < PackedRecords.HeadSize) return;
        BinaryPrimitives.WriteUInt64LittleEndian(input, XxHash3.HashToUInt64(input.AsSpan(8), Document));
    }

    private static byte[] Journalled(Entry entry, List<ulong> earlier) => Written(to =>
    {
        EntryCodec.Write(to, entry);
        EarlierContents.Write(to, new EarlierContents.Known([.. earlier.Select((mark, i) => (mark, new Revision(i)))], earlier.Count % 2 == 0 ? null : new Revision(9)));
    });

    private static string ReadJournalRecord(byte[] input)
    {
        ReadOnlySpan<byte> from = input;
        var entry = EntryCodec.Read(ref from);
        var earlier = new EarlierContents();
        earlier.Read(ref from, entry.Id);
        var known = earlier.Of(entry.Id);
        return $"accepted {known.Earlier.Length} {known.BytesSince is null}";
    }

    private static byte[] Frame(ulong generation, long group, bool ends)
    {
        var bytes = new byte[LogFrame.HeadSize + PageStream.PageSize];
        // Zeros but for a little: mutations should hit the head.
        Gens.Some(100).CopyTo(bytes, LogFrame.HeadSize);
        new LogFrame(generation, group, 3, 1, ends).Seal(bytes);
        return bytes[..LogFrame.HeadSize];
    }

    private static string ReadLogFrame(byte[] input)
    {
        // The page behind the head is left out of the input: 8 KiB of nothing.
        var bytes = new byte[Math.Max(input.Length, LogFrame.HeadSize) + PageStream.PageSize];
        input.CopyTo(bytes, 0);
        Gens.Some(100).CopyTo(bytes, Math.Max(input.Length, LogFrame.HeadSize));
        if (!LogFrame.TryRead(bytes, out var frame, out var size)) return "refused";
        if (size > bytes.Length || frame.Count < 1) throw new InvalidOperationException(frame.ToString());
        return $"accepted {frame.EndsGroup}";
    }

    private static void MendLogFrame(byte[] input)
    {
        if (input.Length != LogFrame.HeadSize) return;
        var hash = new XxHash3();
        hash.Append(input.AsSpan(0, LogFrame.HeadSize - 8));
        var page = new byte[PageStream.PageSize];
        Gens.Some(100).CopyTo(page, 0);
        hash.Append(page);
        BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(LogFrame.HeadSize - 8), hash.GetCurrentHashAsUInt64());
    }

    private static byte[] Recents(Entry one, Entry other, Change change, string path) => Written(to =>
    {
        RecentRecords.Write(to, one.Id, new RecentNode(one, other, new FileStamp(1, 2, 3, 4), other) { Applied = one, IsTentative = true, Committed = other });
        RecentRecords.WriteGone(to, other.Id);
        RecentRecords.WriteSent(to, new SentChange(path, change));
        RecentRecords.WriteAnswered(to, new SentChange(path, change));
        RecentRecords.WritePlacing(to, path, one);
        RecentRecords.WriteFollowed(to, new Revision(5), 7);
    });

    private static string ReadRecents(byte[] input)
    {
        var state = RecentRecords.Read([input]);
        return $"accepted {Math.Min(state.Nodes.Count, 3)} {Math.Min(state.Sent.Count, 3)} {Math.Min(state.Placing.Count, 3)} {state.Followed is null}";
    }

    private static byte[] RecentFile(List<byte[]> frames)
    {
        var streams = new Dictionary<string, MemoryStream>(StringComparer.Ordinal);
        using var log = new RecentLog(name => streams[name] = new MemoryStream(), boot: 1, LocalMachine.Instance);
        log.Begin(life: 2, count: 3, default);
        foreach (var frame in frames) log.Append(frame);
        return streams["recent-0"].ToArray();
    }

    private static string ReadRecentLog(byte[] input)
    {
        using var log = new RecentLog(name => name == "recent-0" ? new MemoryStream(input) : new MemoryStream(), boot: 1, LocalMachine.Instance);
        var frames = log.Read(life: 2, count: 3);
        // Of anything else nothing is believed, which is no refusal but emptiness.
        return frames.Count == 0 ? "nothing" : $"accepted {Math.Min(frames.Count, 5)}";
    }

    /// <summary>The head's own checksum: the frames' are seeded with what it says.</summary>
    private static void MendRecentLog(byte[] input)
    {
        long seed = 0;
        var number = 0L;
        for (var at = 0; at + 12 <= input.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(input.AsSpan(at));
            if (length <= 0 || length > input.Length - at - 12) return;
            var payload = input.AsSpan(at + 12, length);
            BinaryPrimitives.WriteUInt64LittleEndian(input.AsSpan(at + 4), XxHash3.HashToUInt64(payload, at == 0 ? 0 : unchecked(seed + ++number)));
            if (at == 0 && length >= 64) (seed, number) = (BinaryPrimitives.ReadInt64LittleEndian(payload[48..]), BinaryPrimitives.ReadInt64LittleEndian(payload[56..]));
            at += 12 + length;
        }
    }

    private static byte[] VersionText(string path, int kind, long number, Sync.Delta.ContentId content) => Written(to =>
    {
        var id = VersionRecord.NewId(number % 1_800_000_000_000, new Random((int)number));
        if (number % 5 == 0) VersionLine.WriteGone(to, id);
        else VersionLine.Write(to, new VersionRecord(id, path, (EntryKind)kind, number, number, number, "replaced", content));
    });

    private static string ReadVersion(byte[] input)
    {
        if (!VersionLine.TryRead(input, out var id, out var version)) return "refused";
        if (!VersionRecord.IsId(id)) throw new InvalidOperationException(id);
        if (version is null) return "accepted gone";
        _ = version.ToStoredVersion();
        var again = Written(to => VersionLine.Write(to, version));
        if (!VersionLine.TryRead(again, out _, out var second)) throw new InvalidOperationException("What was accepted is refused when it is told again.");
        BytesTarget.AssertSame(version.ToString(), second!.ToString());
        return $"accepted {version.Kind} {version.Content.IsNone}";
    }

    private static string ReadMark(byte[] input)
    {
        if (ReplicaMark.Parse(input) is not { } mark) return "refused";
        BytesTarget.AssertSame(Convert.ToHexString(input), Convert.ToHexString(mark.ToBytes()));
        return $"accepted {ReplicaMark.Compare(mark, mark.Next())}";
    }

    private static string ReadHorizon(byte[] input)
    {
        var horizon = new Horizon();
        horizon.Read(input);
        var again = new Horizon();
        again.Read(horizon.Write());
        BytesTarget.AssertSame(Convert.ToHexString(horizon.Write()), Convert.ToHexString(again.Write()));
        return input.Length < 8 ? "nothing" : "accepted";
    }
}
