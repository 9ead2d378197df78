namespace Sync.Engine.Store.LiteDb;

/// <summary>Which `page` document holds which range of keys: a page reaches from its first key to the next page's. In memory only.</summary>
internal sealed class PageIndex
{
    private readonly List<Page> _pages = [];

    /// <summary>How many pages there are.</summary>
    public int Count => _pages.Count;

    /// <summary>Bytes in all pages.</summary>
    public long Bytes { get; private set; }

    /// <summary>The page at a place in key order.</summary>
    public Page this[int index] => _pages[index];

    /// <summary>The page that holds a key or would: the last that starts at or before it, else the first; -1 if there is none.</summary>
    public int Find(long key)
    {
        int low = 0, high = _pages.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (_pages[middle].FirstKey <= key) low = middle + 1;
            else high = middle - 1;
        }

        return Math.Max(high, _pages.Count == 0 ? -1 : 0);
    }

    /// <summary>Puts pages, in key order, in the place of the one at <paramref name="index"/>, or at the end.</summary>
    public void Replace(int index, List<Page> with)
    {
        if (index < _pages.Count)
        {
            Bytes -= _pages[index].Bytes;
            _pages.RemoveAt(index);
        }

        _pages.InsertRange(index, with);
        foreach (var page in with) Bytes += page.Bytes;
    }

    /// <summary>Fills the index from pages in any order.</summary>
    public void Fill(List<Page> pages)
    {
        pages.Sort(static (a, b) => a.FirstKey.CompareTo(b.FirstKey));
        Replace(0, pages);
    }

    /// <summary>One page document.</summary>
    internal readonly record struct Page(long FirstKey, long DocumentId, int Bytes);
}
