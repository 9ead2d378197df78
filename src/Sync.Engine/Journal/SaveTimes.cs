using Sync.Engine.Model;

namespace Sync.Engine.Journal;

/// <summary>When the latest contents of a share were saved, by their revisions: what a guest's word that one has landed is measured against. Safe from any thread.</summary>
internal sealed class SaveTimes
{
    /// <summary>How many are known: more than are under way but in bulk, of which nobody waits for a single one.</summary>
    private const int Kept = 1024;

    /// <summary>A file's own time counts as the moment of its save if it was noticed so soon after: a copy may bring an old one along.</summary>
    private const long NoticedWithinNs = 10_000_000_000;

    private readonly Lock _gate = new();
    private (long Revision, long SavedNs)[]? _ring;

    /// <summary>A content was taken into the journal.</summary>
    /// <param name="entry">As the journal has it now.</param>
    /// <param name="nowNs">The host's time, ns since 1970: no later was it saved, whatever a guest's clock says, which is known but for the time that its hello took.</param>
    public void Note(Entry entry, long nowNs)
    {
        // A guest's file has the guest's time; when it was noticed is told by a clock that was set by the host's.
        var noticedAfter = entry.ObservedNs - entry.MtimeNs;
        var saved = entry.ByHost && noticedAfter is >= 0 and <= NoticedWithinNs ? entry.MtimeNs : Math.Min(entry.ObservedNs, nowNs);
        lock (_gate)
        {
            _ring ??= new (long, long)[Kept];
            _ring[entry.Revision.Value % Kept] = (entry.Revision.Value, saved);
        }
    }

    /// <summary>When a revision's content was saved, in ns of Unix time by the host's clock; null: it is not known any more.</summary>
    public long? Of(Revision revision)
    {
        lock (_gate)
        {
            if (_ring is null) return null;
            var (kept, saved) = _ring[revision.Value % Kept];
            return kept == revision.Value ? saved : null;
        }
    }
}
