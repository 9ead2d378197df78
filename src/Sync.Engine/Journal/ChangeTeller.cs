using Sync.Engine.Model;

namespace Sync.Engine.Journal;

/// <summary>Tells of a journal's changes, at most so many a second: a tree of a million files is no news item by item. Lives on the journal's loop.</summary>
internal sealed class ChangeTeller(JournalTree tree, TimeProvider time, Action<ShareChange> tell)
{
    private const int MostPerSecond = 20;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private long _began;
    private int _told;
    private long _more;

    /// <summary>Tells of entries that one proposal has changed.</summary>
    /// <param name="changed">As they are now.</param>
    /// <param name="from">Who proposed.</param>
    /// <param name="firstNew">Ids from this one on are of this proposal.</param>
    public void Tell(IReadOnlyList<Entry> changed, Proposer from, long firstNew)
    {
        if (_told > 0 && time.GetElapsedTime(_began) > Second) _told = 0;
        foreach (var entry in changed)
        {
            if (_told == MostPerSecond)
            {
                _more++;
                continue;
            }

            if (_told++ == 0) _began = time.GetTimestamp();
            tell(new ShareChange(tree.PathOf(entry), from.IsHost ? "host" : from.Name, entry.Deleted, entry.Id.Value >= firstNew, entry.Size, _more));
            _more = 0;
        }
    }
}
