using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Writers of every kind, on both sides, that save all the time while it runs.</summary>
internal sealed class Load
{
    private readonly Random _pauses;

    public Load(TestTree host, TestTree guest, int seed)
    {
        _pauses = new Random(seed);
        foreach ((string side, TestTree tree) in ((string, TestTree)[])[("host", host), ("guest", guest)])
        {
            Alone.Add(new InPlaceWriter(tree, side + "-in-place", seed + Alone.Count));
            Alone.Add(new ReplacingWriter(tree, side + "-replaces", seed + Alone.Count));
            Alone.Add(new AppendingWriter(tree, side + "-appends", seed + Alone.Count));
            Alone.Add(new ChurningWriter(tree, side + "-churns", seed + Alone.Count));
            Alone.Add(new RenamingWriter(tree, side + "-renames", seed + Alone.Count));
            Alone.Add(new SucceedingWriter(tree, side + "-succeeds", seed + Alone.Count));
            Shared.Add(new SharedWriter(tree, side + "-shares", seed + 100 + Shared.Count));
        }
    }

    /// <summary>Each in a directory of its own.</summary>
    public List<LoadWriter> Alone { get; } = [];

    /// <summary>All in the same files.</summary>
    public List<LoadWriter> Shared { get; } = [];

    /// <summary>Saves until it is told to stop.</summary>
    /// <param name="stop">Tells it.</param>
    /// <param name="side">The tree of those who save; null: all do.</param>
    public Task RunAsync(CancellationToken stop, TestTree? side = null) =>
        Task.WhenAll(Alone.Concat(Shared).Where(writer => side is null || writer.Tree == side).Select(writer => Task.Run(() => RunOneAsync(writer, stop), CancellationToken.None)));

    private async Task RunOneAsync(LoadWriter writer, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            writer.Step();
            int pause;
            lock (_pauses)
                pause = _pauses.Next(1, 60);
            // How long a user thinks.
            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
