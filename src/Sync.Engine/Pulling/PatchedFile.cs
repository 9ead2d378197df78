using System.Buffers;
using System.Collections.Immutable;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Pulling;

/// <summary>
/// A long content that is put together of the file that stands in the directory and of what comes from the host: only chunks that the old file has not travel.
/// All of it is hashed as it passes, so nothing of the old file is trusted. One user.
/// </summary>
internal sealed class PatchedFile : IDisposable
{
    private const int BufferSize = 256 << 10;

    private readonly LongFile _file;
    private readonly FileDescriptor _source;
    private readonly ImmutableArray<Segment> _segments;
    private int _index;

    private PatchedFile(LongFile file, FileDescriptor source, ImmutableArray<Segment> segments)
    {
        _file = file;
        _source = source;
        _segments = segments;
    }

    /// <summary>The file under way.</summary>
    public LongFile File => _file;

    /// <summary>What has to come from the host, in its order.</summary>
    public IEnumerable<(long Offset, long Length)> Wanted => _segments.Where(static s => s.Kind == SegmentKind.Data).Select(static s => (s.TargetOffset, s.Length));

    /// <summary>How a content is to be made; null where it is not worth it.</summary>
    /// <param name="target">Its chunks.</param>
    /// <param name="source">The old file.</param>
    /// <param name="length">Its length.</param>
    /// <param name="mostParts">The most parts that are asked for.</param>
    public static TransferPlan? Plan(Manifest target, FileDescriptor source, long length, int mostParts)
    {
        using var hasher = new ContentHasher(length);
        if (FileHash.Append(source, length, hasher, out var done) != FsError.None || done != length) return null;
        var plan = TransferPlan.Between(target, hasher.Finish());
        // Nearly all of it has to come: then in one go.
        if (plan.DataLength > target.Length / 10 * 9) return null;
        return plan.Segments.Count(static s => s.Kind == SegmentKind.Data) <= mostParts ? plan : null;
    }

    /// <summary>Begins.</summary>
    /// <param name="file">The new file, empty; taken over.</param>
    /// <param name="source">The old one; taken over.</param>
    /// <param name="plan">How it is made.</param>
    public static PatchedFile Begin(LongFile file, FileDescriptor source, TransferPlan plan) => new(file, source, plan.Segments);

    /// <summary>Takes bytes that came, after what goes before them; <paramref name="fits"/> is false where they are not those that come next.</summary>
    public FsError Take(long offset, ReadOnlySpan<byte> bytes, out bool fits)
    {
        fits = false;
        var error = Copy();
        if (error != FsError.None) return error;
        if (_index == _segments.Length || offset != _file.Offset || bytes.Length > _segments[_index].TargetEnd - offset) return FsError.None;
        fits = true;
        error = _file.Append(bytes);
        if (_file.Offset == _segments[_index].TargetEnd) _index++;
        return error;
    }

    /// <summary>Copies up to what has to come next, or to the end.</summary>
    public FsError Copy()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (; _index < _segments.Length && _segments[_index].Kind != SegmentKind.Data; _index++)
            {
                var segment = _segments[_index];
                var isOwn = segment.Kind == SegmentKind.CopyTarget;
                // A hole at its end is none of its length yet.
                if (isOwn && LibC.ftruncate(_file.File, _file.Offset) != 0) return Errno.LastError;
                for (var done = _file.Offset - segment.TargetOffset; done < segment.Length;)
                {
                    var error = OpenFile.Read(isOwn ? _file.File : _source, segment.SourceOffset + done, buffer.AsSpan(0, (int)Math.Min(BufferSize, segment.Length - done)), out var read);
                    // It was cut off meanwhile, or cannot be read: then it is of no use, whatever follows.
                    if (read == 0 || (error != FsError.None && !isOwn)) return FsError.Invalid;
                    if (error != FsError.None) return error;
                    error = _file.Append(buffer.AsSpan(0, read));
                    if (error != FsError.None) return error;
                    done += read;
                }
            }

            return FsError.None;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _source.Dispose();
    }
}
