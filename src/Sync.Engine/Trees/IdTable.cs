namespace Sync.Engine.Trees;

/// <summary>
/// Objects by 64-bit ids that are given in order, as the journal gives them: pages of 256 references. Costs 8 bytes an entry where ids are dense
/// (a dictionary: 28 to 56), and a page of 2 KiB for one id at the worst. Single-threaded.
/// </summary>
internal sealed class IdTable<T>
    where T : class
{
    private const int PageBits = 8;
    private readonly Dictionary<long, Page> _pages = [];

    public int Count { get; private set; }

    /// <summary>All that is in it, pages in the order in which they were begun. Not to be changed meanwhile.</summary>
    public IEnumerable<T> Values
    {
        get
        {
            foreach (var page in _pages.Values)
            {
                foreach (var item in page.Items)
                    if (item is not null) yield return item;
            }
        }
    }

    public T? Find(long id) => _pages.TryGetValue(id >> PageBits, out var page) ? page.Items[Slot(id)] : null;

    /// <summary>Adds it, in the place of what the id had.</summary>
    public void Set(long id, T item)
    {
        if (!_pages.TryGetValue(id >> PageBits, out var page)) _pages.Add(id >> PageBits, page = new Page());
        ref var slot = ref page.Items[Slot(id)];
        if (slot is null)
        {
            Count++;
            page.Used++;
        }

        slot = item;
    }

    public void Remove(long id)
    {
        if (!_pages.TryGetValue(id >> PageBits, out var page)) return;
        ref var slot = ref page.Items[Slot(id)];
        if (slot is null) return;
        slot = null;
        Count--;
        if (--page.Used == 0) _pages.Remove(id >> PageBits);
    }

    private static int Slot(long id) => (int)(id & ((1 << PageBits) - 1));

    private sealed class Page
    {
        public readonly T?[] Items = new T?[1 << PageBits];

        public int Used;
    }
}
