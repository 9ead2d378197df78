using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using Sync.Engine.Machines;

namespace Sync.Engine.Store;

/// <summary>
/// What has happened since the index was last saved, written as it happens and never synced: it outlives the process, killed or not, but not
/// the machine's running. Two files take turns: one belongs to the index as it is, the other to the index as it will be when the save under way
/// has ended. One thread at a time.
/// </summary>
/// <remarks>A file is a row of frames: length (4 bytes), checksum (8, XxHash3), payload. The first is the head: version, boot, life, count, seed and number
/// of the frame. The others' checksums are seeded with the seed and their number, so that neither what an earlier round left behind nor what follows a gap is believed.</remarks>
internal sealed class RecentLog : IDisposable
{
    private const ulong Version = 1;
    private const int FrameHead = 12;
    private const int HeadLength = 64;

    /// <summary>Bytes that a file keeps on disk for the next round: a longer one was made by a burst.</summary>
    private const long KeptLength = 1 << 20;

    private readonly Func<string, Stream> _open;
    private readonly UInt128 _boot;
    private readonly IMachine _machine;
    private readonly Stream?[] _files = new Stream?[2];
    private int _slot = 1;
    private long _end;
    private ulong _seed;
    private long _number;
    private bool _hasGap;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="open">Opens a file beside the index by its name, made if missing.</param>
    /// <param name="boot">The running of the machine, see <see cref="Files.BootId"/>.</param>
    /// <param name="machine">The machine.</param>
    public RecentLog(Func<string, Stream> open, UInt128 boot, IMachine machine)
    {
        _machine = machine;
        _open = open;
        _boot = boot;
    }

    /// <summary>A save of the index begins: what comes is not in it.</summary>
    /// <param name="life">The life of the agent that the index will name.</param>
    /// <param name="count">The save of it that the index will name.</param>
    /// <param name="first">What is not in it already.</param>
    /// <exception cref="IOException">The disk is full, or broken: nothing is written until the next save begins.</exception>
    public void Begin(UInt128 life, ulong count, ReadOnlySpan<byte> first)
    {
        _slot = 1 - _slot;
        _end = 0;
        _seed = _machine.NextSecret();
        var head = new byte[HeadLength];
        BinaryPrimitives.WriteUInt64LittleEndian(head, Version);
        BinaryPrimitives.WriteUInt128LittleEndian(head.AsSpan(8), _boot);
        BinaryPrimitives.WriteUInt128LittleEndian(head.AsSpan(24), life);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(40), count);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(48), _seed);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(56), _number);
        _hasGap = false;
        if (_files[_slot] is { Length: > KeptLength } large) large.SetLength(0);
        Write(head, 0);
        Append(first);
    }

    /// <summary>Appends records.</summary>
    /// <exception cref="IOException">The disk is full, or broken: nothing is written until the next save begins.</exception>
    public void Append(ReadOnlySpan<byte> records)
    {
        if (records.Length > 0 && !_hasGap) Write(records, _seed + (ulong)_number);
    }

    private void Write(ReadOnlySpan<byte> payload, ulong seed)
    {
        var lent = ArrayPool<byte>.Shared.Rent(FrameHead + payload.Length);
        var frame = lent.AsSpan(0, FrameHead + payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[4..], XxHash3.HashToUInt64(payload, (long)seed));
        payload.CopyTo(frame[FrameHead..]);
        _number++;
        // Until it is written it is missing.
        _hasGap = true;
        var file = FileOf(_slot);
        file.Position = _end;
        file.Write(frame);
        _end += frame.Length;
        _hasGap = false;
        ArrayPool<byte>.Shared.Return(lent);
    }

    /// <summary>What has happened since the index was saved, in order; empty where nothing is known of it.</summary>
    /// <remarks>Of an earlier running of the machine nothing is believed: the files that it tells of may have lost as much.</remarks>
    /// <param name="life">The life that the index names.</param>
    /// <param name="count">The save that it names.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public List<byte[]> Read(UInt128 life, ulong count)
    {
        var (a, b) = (ReadOne(FileOf(0)), ReadOne(FileOf(1)));
        var rounds = new List<Round>();
        foreach (var round in (ReadOnlySpan<Round?>)[a, b])
            if (round is not null && round.Boot == _boot && round.Life == life && round.Count >= count) rounds.Add(round);
        rounds.Sort(static (x, y) => x.Number.CompareTo(y.Number));
        // A log from the future of this index: the index was put back.
        if (rounds.Exists(r => r.Count > count + 1) || rounds.Count == 0 || rounds[0].Count != count) return [];
        var records = rounds[0].Frames;
        if (rounds.Count == 2 && rounds[1].Number == rounds[0].Number + rounds[0].Frames.Count + 1) records.AddRange(rounds[1].Frames);
        return records;
    }

    private static Round? ReadOne(Stream file)
    {
        var all = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(all);
        var bytes = all.AsSpan();
        if (Next(ref bytes, 0) is not { Length: HeadLength } head || BinaryPrimitives.ReadUInt64LittleEndian(head) != Version) return null;
        var seed = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(48));
        var number = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(56));
        var frames = new List<byte[]>();
        while (Next(ref bytes, seed + (ulong)(number + 1 + frames.Count)) is { } frame) frames.Add(frame);
        return new Round(BinaryPrimitives.ReadUInt128LittleEndian(head.AsSpan(8)), BinaryPrimitives.ReadUInt128LittleEndian(head.AsSpan(24)), BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(40)), number, frames);
    }

    private static byte[]? Next(ref Span<byte> bytes, ulong seed)
    {
        if (bytes.Length < FrameHead) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length <= 0 || length > bytes.Length - FrameHead) return null;
        var payload = bytes.Slice(FrameHead, length);
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]) != XxHash3.HashToUInt64(payload, (long)seed)) return null;
        bytes = bytes[(FrameHead + length)..];
        return payload.ToArray();
    }

    private Stream FileOf(int slot) => _files[slot] ??= _open(slot == 0 ? "recent-0" : "recent-1");

    public void Dispose()
    {
        foreach (var file in _files) file?.Dispose();
    }

    private sealed record Round(UInt128 Boot, UInt128 Life, ulong Count, long Number, List<byte[]> Frames);
}
