using System.Buffers;
using System.Security.Cryptography;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Store;

namespace Sync.Engine.Tags;

/// <summary>
/// A tag's record: what it is, then every entry, then a SHA-256 over all of that, so that what is torn or rotten is seen. Versioned by its
/// first line; never changed, only added to.
/// </summary>
internal static class TagFile
{
    private const int WriteLength = 1 << 20;

    /// <summary>A tag of 10 million entries.</summary>
    private const long MaxBytes = 2L << 30;

    private static ReadOnlySpan<byte> Magic => "sync-tag-1\n"u8;

    /// <summary>Writes the record.</summary>
    public static FsError Write(IWritableFile file, Tag tag, IReadOnlyList<Entry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new ArrayBufferWriter<byte>(WriteLength + (64 << 10));
        long end = 0;
        buffer.Write(Magic);
        EntryCodec.Text(buffer, tag.Name);
        EntryCodec.Number(buffer, (ulong)tag.Revision.Value);
        EntryCodec.Number(buffer, tag.Epoch);
        EntryCodec.Number(buffer, (ulong)tag.CreatedAt.ToUnixTimeMilliseconds());
        foreach (var number in (ReadOnlySpan<long>)[tag.Files, tag.Directories, tag.Symlinks, tag.Bytes, entries.Count]) EntryCodec.Number(buffer, (ulong)number);
        foreach (var entry in entries)
        {
            EntryCodec.Write(buffer, entry);
            if (buffer.WrittenCount < WriteLength) continue;
            var error = Flush();
            if (error != FsError.None) return error;
        }

        var failed = Flush();
        return failed == FsError.None ? file.Write(end, hash.GetHashAndReset()) : failed;

        FsError Flush()
        {
            hash.AppendData(buffer.WrittenSpan);
            var error = file.Write(end, buffer.WrittenSpan);
            end += buffer.WrittenCount;
            buffer.ResetWrittenCount();
            return error;
        }
    }

    /// <summary>Reads the record.</summary>
    /// <exception cref="StoreCorruptException">It is torn or rotten.</exception>
    public static FsError Read(IReadableFile file, out Tag? tag, out IReadOnlyList<Entry> entries)
    {
        tag = null;
        entries = [];
        var error = ReadAll(file, out var bytes);
        if (error == FsError.None) (tag, entries) = Decode(bytes);
        return error;
    }

    /// <summary>Reads a record's bytes.</summary>
    /// <exception cref="StoreCorruptException">It is torn or rotten.</exception>
    internal static (Tag Tag, IReadOnlyList<Entry> Entries) Decode(byte[] bytes)
    {
        var from = Checked(bytes);
        var tag = ReadTag(ref from, out var count);
        var entries = new List<Entry>((int)Math.Min(count, (ulong)from.Length / 16));
        for (ulong i = 0; i < count; i++) entries.Add(EntryCodec.Read(ref from));
        return (tag, entries);
    }

    private static ReadOnlySpan<byte> Checked(byte[] bytes)
    {
        if (bytes.Length < Magic.Length + SHA256.HashSizeInBytes || !bytes.AsSpan().StartsWith(Magic)) throw new StoreCorruptException("It is no tag.");
        var body = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes.AsSpan(body.Length))) throw new StoreCorruptException("A tag is damaged.");
        return body[Magic.Length..];
    }

    private static Tag ReadTag(ref ReadOnlySpan<byte> from, out ulong count)
    {
        var name = EntryCodec.Text(ref from);
        var revision = new Revision((long)EntryCodec.Number(ref from));
        var epoch = EntryCodec.Number(ref from);
        var milliseconds = (long)EntryCodec.Number(ref from);
        if (milliseconds < 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) throw new StoreCorruptException("A tag was made at no time.");
        var at = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        var files = (long)EntryCodec.Number(ref from);
        var directories = (long)EntryCodec.Number(ref from);
        var symlinks = (long)EntryCodec.Number(ref from);
        var bytes = (long)EntryCodec.Number(ref from);
        count = EntryCodec.Number(ref from);
        return new Tag(name, revision, epoch, at, files, directories, symlinks, bytes);
    }

    private static FsError ReadAll(IReadableFile file, out byte[] bytes)
    {
        bytes = [];
        var error = file.Stat(out var stat);
        if (error != FsError.None) return error;
        if (stat.Stamp.Size > MaxBytes) throw new StoreCorruptException("A tag is too long.");
        bytes = new byte[stat.Stamp.Size];
        for (var filled = 0; filled < bytes.Length;)
        {
            error = file.Read(filled, bytes.AsSpan(filled), out var read);
            if (error != FsError.None) return error;
            if (read == 0) throw new StoreCorruptException("A tag is cut off.");
            filled += read;
        }

        return FsError.None;
    }
}
