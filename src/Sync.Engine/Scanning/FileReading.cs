using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Transfer;

namespace Sync.Engine.Scanning;

/// <summary>What a read of a whole file found. <paramref name="Bytes"/> for small contents.</summary>
internal readonly record struct FileReading(FsError Error, bool Changed, FileStat Stat, Manifest? Manifest, byte[]? Bytes)
{
    private const int BufferSize = 1 << 20;

    /// <summary>Of a longer file, where a key was given for them.</summary>
    public BlockSums? Sums { get; init; }

    [ThreadStatic]
    private static byte[]? _buffer;

    /// <summary>Reads and hashes a file in one pass. <see cref="Changed"/> if it was written to meanwhile: then there is no content.</summary>
    public static FileReading Of(IFileSystem files, string path, CancellationToken cancel, BlockKey? key = null)
    {
        var error = files.OpenRead(path, out var file);
        if (error != FsError.None) return new(error, false, default, null, null);
        error = file!.Stat(out var before);
        if (error == FsError.None) file = ReadAheadFile.Over(file, before.Stamp.Size);
        using (file)
        {
            if (error != FsError.None) return new(error, false, default, null, null);
            var length = before.Stamp.Size;
            Manifest manifest;
            byte[]? bytes = null;
            BlockSums? sums = null;
            if (length <= Chunker.SingleChunkLength)
            {
                bytes = GC.AllocateUninitializedArray<byte>((int)length);
                var filled = 0;
                while (filled < bytes.Length)
                {
                    error = file.Read(filled, bytes.AsSpan(filled), out var read);
                    if (error != FsError.None) return new(error, false, before, null, null);
                    if (read == 0) return new(FsError.None, true, before, null, null);
                    filled += read;
                }

                manifest = Manifest.OfSmall(bytes);
            }
            else
            {
                using var hasher = new ContentHasher(length);
                var summer = key is not null && length >= BlockSums.WorthwhileLength ? new BlockSummer(key, length) : null;
                using var aside = summer is null ? null : new SideSummer(summer);
                var buffer = _buffer ??= new byte[BufferSize];
                for (long at = 0; at < length;)
                {
                    cancel.ThrowIfCancellationRequested();
                    error = file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - at)), out var read);
                    if (error != FsError.None) return new(error, false, before, null, null);
                    if (read == 0) return new(FsError.None, true, before, null, null);
                    aside?.Begin(buffer, read);
                    hasher.Append(buffer.AsSpan(0, read));
                    aside?.Wait();
                    at += read;
                }

                manifest = hasher.Finish();
                sums = summer?.Finish();
            }

            error = file.Stat(out var after);
            return new(error, error == FsError.None && after.Stamp != before.Stamp, after, manifest, bytes) { Sums = sums };
        }
    }
}
