using Sync.Delta;
using Sync.Engine.Files;

namespace Sync.Engine.Transfer;

/// <summary>
/// The open file of a large content of which the chunks are known, and perhaps the sums of its blocks: these tell whether what is read is what it was when all of it was hashed,
/// which is a sixth of the work of hashing it again. One user.
/// </summary>
internal sealed class KnownFile
{
    private const int BufferSize = 256 << 10;

    [ThreadStatic]
    private static byte[]? _buffer;

    private readonly BlockKey? _key;
    private readonly BlockSums? _sums;

    /// <summary>Which fetch of a megabyte was compared with the sums last, and whether it has them.</summary>
    private int _compared = -1;
    private bool _isRight;

    /// <param name="manifest">Of its content.</param>
    /// <param name="file">Stays its owner's.</param>
    /// <param name="known">Has the sums; null: they are not used.</param>
    /// <exception cref="IOException">The disk failed, where the sums are.</exception>
    public KnownFile(Manifest manifest, IReadableFile file, VerifiedManifests? known)
    {
        Manifest = manifest;
        File = file;
        if (known is null || file is not ReadAheadFile || known.FindSums(manifest.Id, manifest.Length) is not { } sums || ReadAheadFile.Size % sums.BlockSize != 0) return;
        (_key, _sums) = (known.Key, sums);
    }

    public Manifest Manifest { get; }

    public IReadableFile File { get; }

    /// <summary>Whether the bytes of a chunk can be told by sums.</summary>
    public bool CanTell(in Chunk chunk) => _sums is not null && chunk.Offset + chunk.Length <= _sums.SummedLength;

    /// <summary>Up to which of its offsets the bytes of a copied segment can be told by sums: the end of its chunks that are in summed blocks. 0: none of them.</summary>
    /// <param name="segment">Of whole chunks.</param>
    public long KnownTo(in Segment segment)
    {
        if (_sums is null) return 0;
        var end = segment.SourceOffset + segment.Length;
        if (end <= _sums.SummedLength) return end;
        var last = Manifest.IndexAt(Math.Min(end, Manifest.Length) - 1);
        while (last >= 0 && Manifest.OffsetOf(last) > _sums.SummedLength) last--;
        return last < 0 ? 0 : Manifest.OffsetOf(last);
    }

    /// <summary>Reads up to so many bytes, which stay as they are until the next read.</summary>
    /// <param name="offset">From where on.</param>
    /// <param name="length">How many bytes at the most.</param>
    /// <param name="compare">Whether they are to be compared with the sums.</param>
    /// <param name="piece">The bytes; empty at the file's end.</param>
    /// <param name="isRight">They have their sums, where that was to be compared.</param>
    public FsError Read(long offset, long length, bool compare, out ReadOnlyMemory<byte> piece, out bool isRight)
    {
        isRight = true;
        if (File is not ReadAheadFile ahead)
        {
            var buffer = _buffer ??= new byte[BufferSize];
            var failure = File.Read(offset, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length)), out var read);
            piece = buffer.AsMemory(0, read);
            return failure;
        }

        var start = offset & ~(long)(ReadAheadFile.Size - 1);
        var error = ahead.Borrow(start, ReadAheadFile.Size, out var whole);
        piece = default;
        if (error != FsError.None || whole.Length <= offset - start) return error;
        if (compare && _compared != ahead.Fetches)
        {
            _isRight = _sums!.Hold(_key!, start, whole.Span);
            _compared = ahead.Fetches;
        }

        if (compare) isRight = _isRight;
        piece = whole.Slice((int)(offset - start), (int)Math.Min(length, whole.Length - (offset - start)));
        return FsError.None;
    }

    /// <summary>Sums bytes that were found to be its own; whatever blocks there are blocks of it, too, are summed already.</summary>
    public void Sum(BlockSummer summer, ReadOnlySpan<byte> bytes, long offset) => summer.AppendKnown(bytes, _sums!, offset);
}
