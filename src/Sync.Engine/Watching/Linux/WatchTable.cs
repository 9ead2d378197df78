namespace Sync.Engine.Watching.Linux;

/// <summary>Which watch descriptor carries which tag. One tag, one descriptor, and the other way round. The kernel counts descriptors upwards,
/// so an event of a removed watch is never taken for one of a newer.</summary>
internal sealed class WatchTable
{
    private readonly Dictionary<int, object> _tags = [];
    private readonly Dictionary<object, int> _watches = [];

    public int Count => _tags.Count;

    /// <summary>Binds a descriptor to a tag; tells the descriptor that the tag had before, if another.</summary>
    public bool Set(int watch, object tag, out int replaced)
    {
        if (_tags.TryGetValue(watch, out var old))
            _watches.Remove(old);
        var hadOther = _watches.Remove(tag, out replaced) && replaced != watch;
        if (hadOther)
            _tags.Remove(replaced);
        _tags[watch] = tag;
        _watches[tag] = watch;
        return hadOther;
    }

    public object? TagOf(int watch) => _tags.GetValueOrDefault(watch);

    public void Remove(int watch)
    {
        if (_tags.Remove(watch, out var tag))
            _watches.Remove(tag);
    }

    public bool Remove(object tag, out int watch)
    {
        if (!_watches.Remove(tag, out watch))
            return false;
        _tags.Remove(watch);
        return true;
    }
}
