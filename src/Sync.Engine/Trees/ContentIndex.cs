using Sync.Delta;

namespace Sync.Engine.Trees;

/// <summary>
/// Nodes by local content: an open-addressed table of references, 8 bytes a slot at a load of at most 2/3, because a dictionary
/// keyed by 32-byte ids would cost five times as much. Of a content that many files have a few are in the table, the others in a crowd beside it:
/// else each would be looked for behind all others. Single-threaded.
/// </summary>
internal sealed class ContentIndex
{
    /// <summary>Slots that are looked at before a content that stands there already gets a crowd.</summary>
    private const int Alike = 16;

    private static readonly Node Grave = new(default);
    private readonly Dictionary<ContentId, Crowd> _crowds = [];
    private Node?[] _slots = new Node?[1024];
    private int _used;
    private int _live;

    public void Add(Node node, ContentId content)
    {
        if (content.IsNone) return;
        if ((_used + 1) * 3 > _slots.Length * 2) Rehash();
        var passed = 0;
        for (var i = Start(content); ; i = (i + 1) & (_slots.Length - 1))
        {
            if (_slots[i] is { } other && other != Grave)
            {
                if (++passed < Alike || other.Local?.Content != content) continue;
                if (!_crowds.TryGetValue(content, out var crowd)) _crowds.Add(content, crowd = new Crowd());
                crowd.Add(node);
                return;
            }

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
            if (_crowds.TryGetValue(content, out var waiting)) Add(TakeOne(content, waiting), content);
            return;
        }

        if (_crowds.TryGetValue(content, out var crowd) && crowd.Remove(node) && crowd.Count == 0) _crowds.Remove(content);
    }

    /// <summary>A node that has this content on disk.</summary>
    public Node? Find(ContentId content, Node? except = null)
    {
        if (content.IsNone) return null;
        for (var i = Start(content); _slots[i] is { } node; i = (i + 1) & (_slots.Length - 1))
            if (node != Grave && node != except && node.Local?.Content == content) return node;
        return _crowds.GetValueOrDefault(content)?.Last;
    }

    private Node TakeOne(ContentId content, Crowd crowd)
    {
        var node = crowd.Take();
        if (crowd.Count == 0) _crowds.Remove(content);
        return node;
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
