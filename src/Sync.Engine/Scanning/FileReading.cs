using Sync.Delta;
using Sync.Engine.Files;

namespace Sync.Engine.Scanning;

/// <summary>What a read of a whole file found. <paramref name="Bytes"/> for small contents.</summary>
internal readonly record struct FileReading(FsError Error, bool Changed, FileStat Stat, Manifest? Manifest, byte[]? Bytes)
{
    /// <summary>Of a longer file, where a key was given for them.</summary>
    public BlockSums? Sums { get; init; }

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
                error = LongReading.Read(file, length, hasher, summer, cancel, out var isShorter);
                if (error != FsError.None) return new(error, false, before, null, null);
                if (isShorter) return new(FsError.None, true, before, null, null);
                manifest = hasher.Finish();
                sums = summer?.Finish();
            }

            error = file.Stat(out var after);
            return new(error, error == FsError.None && after.Stamp != before.Stamp, after, manifest, bytes) { Sums = sums };
        }
    }
}
