using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Tells when all that was noticed in some directories before now is in the local tree: looks have come back, files that were being
/// written have been looked at, reads have ended. What goes on elsewhere is not waited for. On the loop.</summary>
internal sealed class ObservedOrder(QuietPeriods quiet, FileReader reader)
{
    /// <summary>A file that is written to on and on is waited for no longer than for so many looks.</summary>
    private const int MaxLooks = 3;

    private readonly List<Barrier> _barriers = [];

    public void Begin(IReadOnlySet<Node> within, Action done)
    {
        quiet.EndWithin(within);
        _barriers.Add(new Barrier(within, done));
    }

    /// <summary>No look is under way, and what they told has been taken.</summary>
    public void Conclude()
    {
        if (_barriers.Count == 0) return;
        foreach (var barrier in _barriers.ToArray())
        {
            if (barrier.Reads is null)
            {
                if (++barrier.Looks < MaxLooks && quiet.EndWithin(barrier.Within)) continue;
                barrier.Reads = new(reader.ReadingWithin(barrier.Within));
            }

            while (barrier.Reads.TryPeek(out var read) && !reader.IsReading(read)) barrier.Reads.Pop();
            if (barrier.Reads.Count > 0) continue;
            _barriers.Remove(barrier);
            barrier.Done();
        }
    }

    private sealed class Barrier(IReadOnlySet<Node> within, Action done)
    {
        public IReadOnlySet<Node> Within { get; } = within;

        public Action Done { get; } = done;

        public int Looks { get; set; }

        /// <summary>What was being read when the looks had come back.</summary>
        public Stack<(Node Directory, string Name)>? Reads { get; set; }
    }
}
