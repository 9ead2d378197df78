using Sync.Engine.Control;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>
/// Larger files whose stamp was taken a moment ago. Where the disk's clock ticks slowly, a write since then can have left the stamp as it was: if an event tells of one, the bytes are
/// read again. By this agent's own time since, and not by the mtime: another machine's disk, or one under a clock that was set, has another time. (Smaller files are read with each such look.) On the loop.
/// </summary>
internal sealed class FreshFiles
{
    private readonly ReplicaContext _context;
    private readonly Dictionary<Node, long> _since = [];
    private readonly Queue<(Node File, long Since)> _order = new();
    private readonly long _window;

    public FreshFiles(ReplicaContext context)
    {
        _context = context;
        // An event is seen at once, or when its file has been quiet.
        _window = Ticks(QuietPeriods.LongestWait + QuietPeriods.Quiet + TimeSpan.FromMicroseconds(context.Files.Traits.BlindNs / 1000.0));
        context.Trees.Stamped = Add;
    }

    /// <summary>Whether a write that left no trace may have followed.</summary>
    public bool Contains(Node file) => _since.TryGetValue(file, out var since) && _context.Time.GetTimestamp() - since < _window;

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        Forget(_context.Time.GetTimestamp() - _window);
        _since.TrimExcess();
        _order.TrimExcess();
    }

    private void Add(Node file)
    {
        if (file.Stamp.Size <= SmallContents.MaxLength) return;
        var now = _context.Time.GetTimestamp();
        Forget(now - _window);
        _since[file] = now;
        _order.Enqueue((file, now));
    }

    private void Forget(long before)
    {
        while (_order.TryPeek(out var oldest) && oldest.Since <= before)
        {
            _order.Dequeue();
            if (_since.TryGetValue(oldest.File, out var since) && since == oldest.Since) _since.Remove(oldest.File);
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _context.Time.TimestampFrequency);
}
