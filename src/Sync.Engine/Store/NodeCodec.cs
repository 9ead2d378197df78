using System.Buffers;
using Sync.Engine.Files;
using Sync.Engine.Model;

namespace Sync.Engine.Store;

/// <summary>A replica's three states of one entry as an index record. What is equal is written once.</summary>
internal static class NodeCodec
{
    [Flags]
    private enum Parts : byte { None = 0, Synced = 1, Local = 2, Remote = 4, LocalIsRemote = 8, SyncedIsRemote = 16, DiskLength = 32 }

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    public static ReadOnlyMemory<byte> Write(Entry? synced, Entry? local, FileStamp stamp, Entry? remote)
    {
        var to = _scratch ??= new ArrayBufferWriter<byte>(192);
        to.ResetWrittenCount();
        var parts = Parts.None;
        if (remote is not null) parts |= Parts.Remote;
        if (local is not null) parts |= ReferenceEquals(local, remote) ? Parts.LocalIsRemote : Parts.Local;
        if (synced is not null) parts |= ReferenceEquals(synced, remote) ? Parts.SyncedIsRemote : Parts.Synced;
        if (local is { Kind: EntryKind.File } && stamp.Size != local.Size) parts |= Parts.DiskLength;
        EntryCodec.Byte(to, (byte)parts);
        if (remote is not null) EntryCodec.Write(to, remote);
        if (parts.HasFlag(Parts.Local)) EntryCodec.Write(to, local!);
        if (parts.HasFlag(Parts.Synced)) EntryCodec.Write(to, synced!);
        if (local is not null)
        {
            EntryCodec.Number(to, stamp.FileKey);
            EntryCodec.Number(to, (ulong)stamp.CtimeNs);
            // Last: an earlier release reads on to here, and takes the file for edited.
            if (parts.HasFlag(Parts.DiskLength)) EntryCodec.Number(to, (ulong)stamp.Size);
        }

        // As long as it is: tens of thousands wait for a commit.
        return to.WrittenSpan.ToArray();
    }

    /// <exception cref="StoreCorruptException">The bytes are no record.</exception>
    public static (Entry? Synced, Entry? Local, FileStamp Stamp, Entry? Remote) Read(ReadOnlySpan<byte> from)
    {
        var parts = (Parts)EntryCodec.Byte(ref from);
        var remote = parts.HasFlag(Parts.Remote) ? EntryCodec.Read(ref from) : null;
        var local = parts.HasFlag(Parts.LocalIsRemote) ? remote : parts.HasFlag(Parts.Local) ? EntryCodec.Read(ref from) : null;
        var synced = parts.HasFlag(Parts.SyncedIsRemote) ? remote : parts.HasFlag(Parts.Synced) ? EntryCodec.Read(ref from) : null;
        var stamp = default(FileStamp);
        if (local is not null) stamp = new FileStamp(EntryCodec.Number(ref from), local.Size, local.MtimeNs, (long)EntryCodec.Number(ref from));
        if (parts.HasFlag(Parts.DiskLength))
        {
            var length = EntryCodec.Number(ref from);
            if (local is not { Kind: EntryKind.File } || length == (ulong)local.Size || length > long.MaxValue) throw new StoreCorruptException("A length on disk that is none.");
            stamp = stamp with { Size = (long)length };
        }

        return (synced, local, stamp, remote);
    }
}
