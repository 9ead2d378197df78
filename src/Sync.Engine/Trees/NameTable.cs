namespace Sync.Engine.Trees;

/// <summary>
/// A directory's items by name: an open-addressed table of references, filled to at most 4/5, because a dictionary, which keeps hash, key and chain
/// beside each, would cost three times as much. The name is the item's own: it must not change while the item is in here. Single-threaded.
/// </summary>
internal sealed class NameTable<T, TNaming>
    where T : class
    where TNaming : INaming<T>
{
    private const int LeastSlots = 4;
    private T?[] _slots = new T?[LeastSlots];

    public int Count { get; private set; }

    /// <summary>All items. Not to be changed meanwhile.</summary>
    public IEnumerable<T> Items
    {
        get
        {
            foreach (var item in _slots)
                if (item is not null) yield return item;
        }
    }

    public T? Find(string name)
    {
        for (var i = Start(name); _slots[i] is { } item; i = Next(i))
            if (TNaming.NameOf(item) == name) return item;
        return null;
    }

    /// <summary>Adds an item, in the place of the one of its name.</summary>
    public void Set(T item)
    {
        if ((Count + 1) * 5 > _slots.Length * 4) Resize(_slots.Length * 2);
        var name = TNaming.NameOf(item);
        var i = Start(name);
        for (; _slots[i] is { } other; i = Next(i))
        {
            if (TNaming.NameOf(other) != name) continue;
            _slots[i] = item;
            return;
        }

        _slots[i] = item;
        Count++;
    }

    /// <summary>Removes the item of a name, if there is one.</summary>
    public void Remove(string name)
    {
        var i = Start(name);
        while (true)
        {
            if (_slots[i] is not { } item) return;
            if (TNaming.NameOf(item) == name) break;
            i = Next(i);
        }

        Count--;
        if (_slots.Length > LeastSlots && Count * 5 < _slots.Length)
        {
            _slots[i] = null;
            Resize(Math.Max(LeastSlots, _slots.Length / 2));
            return;
        }

        // Those behind that were pushed on from here, or from before here, move up (Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
        for (var j = Next(i); _slots[j] is { } later; j = Next(j))
        {
            var home = Start(TNaming.NameOf(later));
            if (((j - home) & (_slots.Length - 1)) < ((j - i) & (_slots.Length - 1))) continue;
            _slots[i] = later;
            i = j;
        }

        _slots[i] = null;
    }

    private int Start(string name) => NameHash.Of(name) & (_slots.Length - 1);

    private int Next(int slot) => (slot + 1) & (_slots.Length - 1);

    private void Resize(int length)
    {
        var old = _slots;
        _slots = new T?[length];
        foreach (var item in old)
        {
            if (item is null) continue;
            var i = Start(TNaming.NameOf(item));
            while (_slots[i] is not null) i = Next(i);
            _slots[i] = item;
        }
    }
}
