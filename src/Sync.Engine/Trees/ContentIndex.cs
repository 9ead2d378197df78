using Sync.Delta;

namespace Sync.Engine.Trees;

/// <summary>
/// Nodes by local content: an open-addressed table of references, 8 bytes a slot at a load of at most 2/3, because a dictionary
/// keyed by 32-byte ids would cost five times as much. Single-threaded.
/// </summary>
internal sealed class ContentIndex
{
    private static readonly Node Grave = new(default);
    private Node?[] _slots = new Node?[1024];
    private int _used;
    private int _live;

    public void Add(Node node, ContentId content)
    {
        if (content.IsNone) return;
        if ((_used + 1) * 3 > _slots.Length * 2) Rehash();
        for (var i = Start(content); ; i = (i + 1) & (_slots.Length - 1))
        {
            if (_slots[i] is { } other && other != Grave) continue;
            if (_slots[i] is null) _used++;
            _slots[i] = node;
            _live++;
            return;
        }
    }

    /// <summary>To be called while the node still has this content, or right after.</summary>
    public void Remove(Node node, ContentId content)
    {
        if (content.IsNone) return;
        for (var i = Start(content); _slots[i] is { } other; i = (i + 1) & (_slots.Length - 1))
        {
            if (other != node) continue;
            _slots[i] = Grave;
            _live--;
            return;
        }
    }

    /// <summary>A node that has this content on disk.</summary>
    public Node? Find(ContentId content, Node? except = null)
    {
        if (content.IsNone) return null;
        for (var i = Start(content); _slots[i] is { } node; i = (i + 1) & (_slots.Length - 1))
            if (node != Grave && node != except && node.Local?.Content == content) return node;
        return null;
    }

    private int Start(ContentId content) => (int)(content.Prefix & (ulong)(_slots.Length - 1));

    private void Rehash()
    {
        var old = _slots;
        var size = old.Length;
        while ((_live + 1) * 2 > size) size *= 2;
        _slots = new Node?[size];
        _used = _live = 0;
        foreach (var node in old)
            if (node is not null && node != Grave && node.Local is { } local) Add(node, local.Content);
    }
}
