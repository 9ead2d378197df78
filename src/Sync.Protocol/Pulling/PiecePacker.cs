using System.Diagnostics;
using Google.Protobuf;
using Sync.Engine.Snapshots;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Pulling;

/// <summary>
/// Packs the pieces of one pull with zstd while the link is slower than that: first of all a few megabytes, for what buffers on the way take at once tells nothing. What does not
/// shrink goes plain, and some pieces after it too. Not thread-safe.
/// </summary>
/// <param name="isUnderstood">The guest unpacks.</param>
internal sealed class PiecePacker(bool isUnderstood)
{
    /// <summary>Packed whatever the link, in bytes: 25 ms.</summary>
    private const long Beginning = 4 << 20;

    /// <summary>Archives and media come in long runs; after one that did not shrink so many pieces go plain.</summary>
    private const int SkipAfterFailure = 8;

    private byte[]? _buffer;
    private long _seen;
    private int _skip;

    /// <summary>What the link takes: whoever sends tells it.</summary>
    public LinkRate Rate { get; } = new();

    /// <summary>The message for a piece. It is valid until the next call, and as long as the piece is.</summary>
    public PullFrame ToWire(PullPiece piece)
    {
        if (!isUnderstood || piece.Kind is not (PullPieceKind.Contents or PullPieceKind.Data)) return PullMapping.ToWire(piece);
        var level = LevelNow();
        _seen += piece.Length;
        if (level == 0) return PullMapping.ToWire(piece);
        if (_skip > 0)
        {
            _skip--;
            return PullMapping.ToWire(piece);
        }

        _buffer ??= new byte[PullLimits.MaxPiece];
        var head = PullPiece.WriteNumber(_buffer, (ulong)piece.Length);
        var begun = Stopwatch.GetTimestamp();
        // What does not shrink by an eighth is not worth unpacking; the short room makes zstd give up early.
        var isPacked = Zstd.TryPack(level, piece.Bytes.Span, _buffer.AsSpan(head, piece.Length - (piece.Length >> 3)), out var written);
        Rate.Packed(Stopwatch.GetElapsedTime(begun));
        if (!isPacked)
        {
            _skip = SkipAfterFailure;
            return PullMapping.ToWire(piece);
        }

        var bytes = UnsafeByteOperations.UnsafeWrap(_buffer.AsMemory(0, head + written));
        return piece.Kind == PullPieceKind.Contents ? new PullFrame { PackedContents = bytes } : new PullFrame { PackedData = bytes };
    }

    /// <summary>
    /// The tightest level that this link does not wait for, by what ZstdSharp does with source text on one core: level 1 180 MB/s, 3 about 100, 6 about 50, to a fourth of the bytes or so;
    /// the other side of it reads, encrypts and sends. (At 12 MB/s level 6 was slower than 3: 4.8 s instead of 4.3.)
    /// </summary>
    private int LevelNow() => Rate.BytesPerSecond switch
    {
        < 5e6 => 6,
        < 12e6 => 3,
        < 20e6 => 1,
        _ => _seen < Beginning ? 1 : 0,
    };
}
