using System.Buffers;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Pulling;

/// <summary>Content ids of bytes and of open files. One user.</summary>
internal sealed class FileHash : IDisposable
{
    private const int BufferSize = 256 << 10;

    private readonly ContentHasher _hasher = new(0);

    /// <summary>The content id of bytes.</summary>
    public ContentId Of(ReadOnlySpan<byte> bytes) => Of(bytes, out _);

    /// <summary>The content id of bytes, and where they are more than one chunk may have, the list of their chunks.</summary>
    public ContentId Of(ReadOnlySpan<byte> bytes, out Manifest? manifest)
    {
        manifest = null;
        if (bytes.Length <= Chunker.SingleChunkLength) return Manifest.OfSmall(bytes).Id;
        _hasher.Reset(bytes.Length);
        _hasher.Append(bytes);
        manifest = _hasher.Finish();
        return manifest.Id;
    }

    /// <summary>Reads an open file of a length; <paramref name="content"/> is none where it has fewer bytes.</summary>
    public FsError Of(FileDescriptor file, long length, out ContentId content)
    {
        content = default;
        _hasher.Reset(length);
        var error = Append(file, length, _hasher, out var read);
        if (error == FsError.None && read == length) content = _hasher.Finish().Id;
        return error;
    }

    /// <summary>Takes the first bytes of a file into a hasher; <paramref name="done"/> is less than asked for where the file ends before.</summary>
    public static FsError Append(FileDescriptor file, long length, ContentHasher hasher, out long done)
    {
        done = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (done < length)
            {
                var error = OpenFile.Read(file, done, buffer.AsSpan(0, (int)Math.Min(BufferSize, length - done)), out var read);
                if (error != FsError.None) return error;
                if (read == 0) break;
                hasher.Append(buffer.AsSpan(0, read));
                done += read;
            }

            return FsError.None;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hasher.Dispose();
}
