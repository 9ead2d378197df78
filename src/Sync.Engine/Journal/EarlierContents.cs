using System.Buffers;
using Sync.Delta;
using Sync.Engine.Model;
using Sync.Engine.Store;

namespace Sync.Engine.Journal;

/// <summary>
/// What files contained before: the last <see cref="Kept"/> contents of each entry that ever changed, by the first eight bytes of the content
/// id, and since which revision. Who proposes the one that was there at the base of the proposal changed no byte (a touch); who proposes
/// a later one is behind (a machine rolled back, a replica whose index was lost, a link that went in between). Neither is an edit; going
/// back to an earlier one knowingly is. Saved with the entry's record.
/// </summary>
internal sealed class EarlierContents
{
    /// <summary>Contents remembered of one entry.</summary>
    public const int Kept = 16;

    private const int IsTouched = 0x80;

    private readonly Dictionary<long, (ulong Mark, Revision Since)[]> _byEntry = [];
    private readonly Dictionary<long, Revision> _touched = [];

    /// <summary>An entry's content is replaced by another, or by the same with another mtime.</summary>
    public void Add(Entry replaced, ContentId by)
    {
        if (replaced.Content.IsNone) return;
        var since = BytesSince(replaced);
        if (replaced.Content == by)
        {
            _touched[replaced.Id.Value] = since;
            return;
        }

        _touched.Remove(replaced.Id.Value);
        var known = Of(replaced.Id).Earlier;
        _byEntry[replaced.Id.Value] = [.. known.Length < Kept ? known : known[1..], (replaced.Content.Prefix, since)];
    }

    /// <summary>Contents that were told of, never became durable, and were replaced where they were written, before what stands there now.</summary>
    public void AddPassed(EntryId id, IReadOnlyList<ulong> marks, Revision since)
    {
        foreach (var mark in marks)
        {
            var known = Of(id).Earlier;
            if (Array.Exists(known, k => k.Mark == mark && k.Since == since)) continue;
            _byEntry[id.Value] = [.. known.Length < Kept ? known : known[1..], (mark, since)];
        }
    }

    /// <summary>Since when an entry has had the bytes that it has: a touch sets its content anew, but not its bytes.</summary>
    public Revision BytesSince(Entry entry) => _touched.TryGetValue(entry.Id.Value, out var since) ? since : entry.ContentRevision;

    /// <summary>Whether an entry had this content at a revision or at some time after it, and has been changed since.</summary>
    public bool Had(Entry now, ContentId content, Revision from)
    {
        // The bytes of now were there at that revision: all others were before it, and who goes back to them does so knowingly.
        if (content.IsNone || BytesSince(now) <= from) return false;
        var known = Of(now.Id).Earlier;
        for (var i = known.Length - 1; i >= 0; i--)
        {
            if (known[i].Mark == content.Prefix) return true;
            // This was there at that revision; what was before it was not.
            if (known[i].Since <= from) return false;
        }

        return false;
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        _byEntry.TrimExcess();
        _touched.TrimExcess();
    }

    public void Forget(EntryId id)
    {
        _byEntry.Remove(id.Value);
        _touched.Remove(id.Value);
    }

    /// <summary>What is known of an entry: never changed after.</summary>
    public Known Of(EntryId id) => new(_byEntry.GetValueOrDefault(id.Value) ?? [], _touched.TryGetValue(id.Value, out var since) ? since : null);

    /// <summary>Appends it to an entry's record.</summary>
    public static void Write(ArrayBufferWriter<byte> to, Known known)
    {
        if (known.Earlier.Length == 0 && known.BytesSince is null) return;
        EntryCodec.Byte(to, (byte)(known.Earlier.Length | (known.BytesSince is null ? 0 : IsTouched)));
        foreach (var (mark, since) in known.Earlier)
        {
            EntryCodec.Number(to, mark);
            EntryCodec.Number(to, (ulong)since.Value);
        }

        if (known.BytesSince is { } bytesSince) EntryCodec.Number(to, (ulong)bytesSince.Value);
    }

    /// <summary>Reads what <see cref="Write"/> appended; older records have nothing.</summary>
    /// <exception cref="StoreCorruptException">The bytes are cut off, or too many.</exception>
    public void Read(ref ReadOnlySpan<byte> from, EntryId id)
    {
        if (from.IsEmpty) return;
        var head = EntryCodec.Byte(ref from);
        var count = head & ~IsTouched;
        if (count > Kept) throw new StoreCorruptException("Too many earlier contents.");
        var known = new (ulong, Revision)[count];
        for (var i = 0; i < count; i++) known[i] = (EntryCodec.Number(ref from), new Revision((long)EntryCodec.Number(ref from)));
        if (count > 0) _byEntry[id.Value] = known;
        if ((head & IsTouched) != 0) _touched[id.Value] = new Revision((long)EntryCodec.Number(ref from));
    }

    /// <summary>What is saved of one entry.</summary>
    /// <param name="Earlier">Its former contents, the oldest first.</param>
    /// <param name="BytesSince">Since when it has its bytes, if its mtime was set later.</param>
    public readonly record struct Known((ulong Mark, Revision Since)[] Earlier, Revision? BytesSince);
}
