using Sync.Delta;

namespace Sync.Engine.Trees;

/// <summary>The last contents that were added, a thousand of them: a hint. Single-threaded.</summary>
internal sealed class RecentContents
{
    private const int Kept = 1024;
    private readonly HashSet<ContentId> _known = [];
    private readonly Queue<ContentId> _order = new();

    public void Add(ContentId content)
    {
        if (content.IsNone || !_known.Add(content)) return;
        _order.Enqueue(content);
        if (_order.Count > Kept) _known.Remove(_order.Dequeue());
    }

    public bool Contains(ContentId content) => _known.Contains(content);
}
