using System.Buffers;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Transfer;

namespace Sync.Engine.Scanning;

/// <summary>What a read of a whole file found. <paramref name="Bytes"/> for small contents, where they were asked for.</summary>
internal readonly record struct FileReading(FsError Error, bool Changed, FileStat Stat, Manifest? Manifest, byte[]? Bytes)
{
    /// <summary>Of a longer file, where a key was given for them.</summary>
    public BlockSums? Sums { get; init; }

    /// <summary>The content's length, in bytes, where the file is longer for its line ends.</summary>
    private long? ViewLength { get; init; }

    /// <summary>The content's length, in bytes.</summary>
    public long Length => ViewLength ?? Stat.Stamp.Size;

    /// <summary>Reads and hashes a file in one pass. <see cref="Changed"/> if it was written to meanwhile: then there is no content.</summary>
    /// <param name="files">The share's.</param>
    /// <param name="path">Its path.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <param name="key">If its blocks are to be summed.</param>
    /// <param name="known">Asked for the content that it had, if it is long: where it was written to in place, or into, only that is hashed. Null: all is.</param>
    /// <param name="keepsBytes">Whether the bytes of a small one are wanted. Else a buffer is lent for them: the arrays of a first look of 80,000 files were a third of its work, for the collector.</param>
    /// <param name="lines">Whether CRLF is read as LF.</param>
    /// <param name="grow">Asked for who is told of a long one's chunks as they are found, by what the file is and was.</param>
    public static FileReading Of(
        IFileSystem files, string path, CancellationToken cancel, BlockKey? key = null, Func<(Manifest, BlockSums)?>? known = null, bool keepsBytes = false, LineChoice lines = default,
        Func<FileStamp, Manifest?, GrowingContent?>? grow = null)
    {
        var error = files.OpenRead(path, out var file);
        if (error != FsError.None) return new(error, false, default, null, null);
        error = file!.Stat(out var before);
        var length = before.Stamp.Size;
        if (error == FsError.None) file = ReadAheadFile.Over(lines.View(file, ref length), length);
        using (file)
        {
            if (error != FsError.None) return new(error, false, default, null, null);
            long? view = length == before.Stamp.Size ? null : length;
            if (length > Chunker.SingleChunkLength)
            {
                var former = key is not null && file is ReadAheadFile ? known?.Invoke() : null;
                var growing = view is null ? grow?.Invoke(before.Stamp, former?.Item1) : null;
                error = Hash(file, length, cancel, key, former, growing, out var manifest, out var sums);
                if (error != FsError.None) return new(error, false, before, null, null);
                if (manifest is null) return new(FsError.None, true, before, null, null);
                error = file.Stat(out var then);
                return new(error, error == FsError.None && then.Stamp != before.Stamp, then, manifest, null) { Sums = sums, ViewLength = view };
            }

            return OfSmall(file, before, (int)length, keepsBytes) with { ViewLength = view };
        }
    }

    private static FileReading OfSmall(IReadableFile file, FileStat before, int length, bool keepsBytes)
    {
        var buffer = keepsBytes ? GC.AllocateUninitializedArray<byte>(length) : ArrayPool<byte>.Shared.Rent(length);
        try
        {
            FsError error;
            for (var filled = 0; filled < length;)
            {
                error = file.Read(filled, buffer.AsSpan(filled, length - filled), out var read);
                if (error != FsError.None) return new(error, false, before, null, null);
                if (read == 0) return new(FsError.None, true, before, null, null);
                filled += read;
            }

            error = file.Stat(out var after);
            return new(error, error == FsError.None && after.Stamp != before.Stamp, after, Manifest.OfSmall(buffer.AsSpan(0, length)), keepsBytes ? buffer : null);
        }
        finally
        {
            if (!keepsBytes) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Chunks and sums of a long one; no chunks if it is shorter by now.</summary>
    private static FsError Hash(IReadableFile file, long length, CancellationToken cancel, BlockKey? key, (Manifest, BlockSums)? known, GrowingContent? growing, out Manifest? manifest, out BlockSums? sums)
    {
        (manifest, sums) = (null, null);
        FsError error;
        if (key is not null && file is ReadAheadFile ahead && known is { } former)
        {
            (Manifest, BlockSums)? found = null;
            // Where others go along, chunks are wanted as they are found.
            error = growing is null ? LongReading.ReadEdited(ahead, length, key, former, cancel, out found) : FsError.None;
            if (error == FsError.None && found is null) error = LongReading.ReadShifted(ahead, length, key, former, cancel, out found, growing);
            if (error != FsError.None) return error;
            (manifest, sums) = found ?? default;
            if (manifest is not null) return FsError.None;
        }

        growing?.Restart();
        using var hasher = new ContentHasher(length) { Found = growing is null ? null : growing.Found };
        var summer = key is not null && length >= BlockSums.WorthwhileLength ? new BlockSummer(key, length) : null;
        error = LongReading.Read(file, length, hasher, summer, cancel, out var isShorter);
        if (error != FsError.None || isShorter) return error;
        manifest = hasher.Finish();
        sums = summer?.Finish();
        return FsError.None;
    }
}
