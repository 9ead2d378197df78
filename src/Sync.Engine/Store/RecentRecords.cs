using System.Buffers;
using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Store;

/// <summary>What the <see cref="RecentLog"/> says, as bytes.</summary>
internal static class RecentRecords
{
    private enum Kind : byte { Node = 1, Gone = 2, Sent = 3, Answered = 4, Followed = 5, Placing = 6 }

    [Flags]
    private enum Parts : byte { None = 0, Applied = 1, Tentative = 2, Committed = 4 }

    /// <summary>The states of an entry.</summary>
    public static void Write(ArrayBufferWriter<byte> to, EntryId id, RecentNode node)
    {
        var parts = (node.Applied is null ? 0 : Parts.Applied) | (node.IsTentative ? Parts.Tentative : 0) | (node.Committed is null ? 0 : Parts.Committed);
        Begin(to, Kind.Node, id);
        EntryCodec.Byte(to, (byte)parts);
        var states = NodeCodec.Write(node.Synced, node.Local, node.Stamp, node.Remote);
        EntryCodec.Number(to, (ulong)states.Length);
        to.Write(states.Span);
        if (node.Applied is { } applied) EntryCodec.Write(to, applied);
        if (node.Committed is { } committed) EntryCodec.Write(to, committed);
    }

    /// <summary>An entry that means nothing here any more.</summary>
    public static void WriteGone(ArrayBufferWriter<byte> to, EntryId id) => Begin(to, Kind.Gone, id);

    /// <summary>A change is being proposed.</summary>
    public static void WriteSent(ArrayBufferWriter<byte> to, SentChange sent)
    {
        var change = sent.Change;
        Begin(to, Kind.Sent, change.Entry.Id);
        EntryCodec.Text(to, sent.Path);
        EntryCodec.Byte(to, (byte)change.Facets);
        EntryCodec.Number(to, (ulong)change.BasePlace.Value);
        EntryCodec.Number(to, (ulong)change.BaseContent.Value);
        EntryCodec.Number(to, (ulong)change.BaseMode.Value);
        EntryCodec.Write(to, change.Entry);
    }

    /// <summary>The outcome of a proposed change has come, and is in the states of its entry.</summary>
    public static void WriteAnswered(ArrayBufferWriter<byte> to, SentChange sent)
    {
        Begin(to, Kind.Answered, sent.Change.Entry.Id);
        EntryCodec.Text(to, sent.Path);
    }

    /// <summary>A file is about to be put in place, as the journal has it.</summary>
    public static void WritePlacing(ArrayBufferWriter<byte> to, string path, Entry entry)
    {
        Begin(to, Kind.Placing, entry.Id);
        EntryCodec.Text(to, path);
        EntryCodec.Write(to, entry);
    }

    /// <summary>The journal has been followed up to a revision.</summary>
    public static void WriteFollowed(ArrayBufferWriter<byte> to, Revision cursor, ulong epoch)
    {
        Begin(to, Kind.Followed, new EntryId(cursor.Value));
        EntryCodec.Number(to, epoch);
    }

    /// <summary>What frames of records say together.</summary>
    /// <exception cref="StoreCorruptException">They are no records.</exception>
    public static RecentState Read(IEnumerable<byte[]> frames)
    {
        var state = new RecentState();
        foreach (var frame in frames)
        {
            ReadOnlySpan<byte> from = frame;
            while (!from.IsEmpty) ReadOne(state, ref from);
        }

        return state;
    }

    private static void ReadOne(RecentState state, ref ReadOnlySpan<byte> from)
    {
        var kind = (Kind)EntryCodec.Byte(ref from);
        var key = (long)EntryCodec.Number(ref from);
        switch (kind)
        {
            case Kind.Node: state.Nodes[key] = ReadNode(ref from); break;
            case Kind.Gone: state.Nodes[key] = null; break;
            case Kind.Sent:
                var sent = ReadSent(ref from);
                state.Sent[(key, sent.Path)] = sent;
                break;
            case Kind.Answered: state.Sent.Remove((key, EntryCodec.Text(ref from))); break;
            case Kind.Followed: state.Followed = (new Revision(key), EntryCodec.Number(ref from)); break;
            case Kind.Placing: state.Placing[EntryCodec.Text(ref from)] = EntryCodec.Read(ref from); break;
            default: throw new StoreCorruptException("A recent record of an unknown kind.");
        }
    }

    private static RecentNode ReadNode(ref ReadOnlySpan<byte> from)
    {
        var parts = (Parts)EntryCodec.Byte(ref from);
        var length = EntryCodec.Number(ref from);
        if (length > (ulong)from.Length) throw new StoreCorruptException("A recent record is cut off.");
        var (synced, local, stamp, remote) = NodeCodec.Read(from[..(int)length]);
        from = from[(int)length..];
        return new RecentNode(synced, local, stamp, remote)
        {
            Applied = parts.HasFlag(Parts.Applied) ? EntryCodec.Read(ref from) : null,
            Committed = parts.HasFlag(Parts.Committed) ? EntryCodec.Read(ref from) : null,
            IsTentative = parts.HasFlag(Parts.Tentative),
        };
    }

    private static SentChange ReadSent(ref ReadOnlySpan<byte> from)
    {
        var path = EntryCodec.Text(ref from);
        var facets = (Facets)EntryCodec.Byte(ref from);
        var (place, content, mode) = (Revision(ref from), Revision(ref from), Revision(ref from));
        return new SentChange(path, new Change { Facets = facets, BasePlace = place, BaseContent = content, BaseMode = mode, Entry = EntryCodec.Read(ref from) });
    }

    private static Revision Revision(ref ReadOnlySpan<byte> from) => new((long)EntryCodec.Number(ref from));

    private static void Begin(ArrayBufferWriter<byte> to, Kind kind, EntryId key)
    {
        EntryCodec.Byte(to, (byte)kind);
        EntryCodec.Number(to, (ulong)key.Value);
    }
}
