using System.Buffers;
using Sync.Delta;
using Sync.Engine.Model;
using Sync.Engine.Store;

namespace Sync.Engine.Journal;

/// <summary>
/// What files contained before: the last <see cref="Kept"/> contents of each entry that ever changed, by the first eight bytes of the content
/// id, and since which revision. Who proposes one of them on the base of an even earlier revision (a machine rolled back, a replica whose
/// index was lost, a link that went in between) is behind, and makes no edit; who goes back to one knowingly does. Saved with the entry's record.
/// </summary>
internal sealed class EarlierContents
{
    /// <summary>Contents remembered of one entry.</summary>
    public const int Kept = 16;

    private readonly Dictionary<long, (ulong Mark, Revision Since)[]> _byEntry = [];

    /// <summary>An entry's content is replaced.</summary>
    public void Add(Entry replaced)
    {
        if (replaced.Content.IsNone) return;
        var known = Of(replaced.Id);
        _byEntry[replaced.Id.Value] = [.. known.Length < Kept ? known : known[1..], (replaced.Content.Prefix, replaced.ContentRevision)];
    }

    /// <summary>Whether an entry had this content at some time after a revision, and has been changed since.</summary>
    public bool Had(EntryId id, ContentId content, Revision after)
    {
        if (content.IsNone) return false;
        foreach (var (mark, since) in Of(id))
            if (mark == content.Prefix && since > after) return true;
        return false;
    }

    public void Forget(EntryId id) => _byEntry.Remove(id.Value);

    /// <summary>What is known of an entry: never changed after.</summary>
    public (ulong Mark, Revision Since)[] Of(EntryId id) => _byEntry.GetValueOrDefault(id.Value) ?? [];

    /// <summary>Appends it to an entry's record.</summary>
    public static void Write(ArrayBufferWriter<byte> to, (ulong Mark, Revision Since)[] known)
    {
        if (known.Length == 0) return;
        EntryCodec.Byte(to, (byte)known.Length);
        foreach (var (mark, since) in known)
        {
            EntryCodec.Number(to, mark);
            EntryCodec.Number(to, (ulong)since.Value);
        }
    }

    /// <summary>Reads what <see cref="Write"/> appended; older records have nothing.</summary>
    /// <exception cref="StoreCorruptException">The bytes are cut off, or too many.</exception>
    public void Read(ref ReadOnlySpan<byte> from, EntryId id)
    {
        if (from.IsEmpty) return;
        var count = EntryCodec.Byte(ref from);
        if (count > Kept) throw new StoreCorruptException("Too many earlier contents.");
        var known = new (ulong, Revision)[count];
        for (var i = 0; i < count; i++) known[i] = (EntryCodec.Number(ref from), new Revision((long)EntryCodec.Number(ref from)));
        _byEntry[id.Value] = known;
    }
}
