using System.Collections.Concurrent;
using Sync.Protocol.Transfers;

namespace Sync.Shared.Rates;

/// <summary>The limits in force: those of all peers together, and those of each. They follow the plan, and the clock by the minute.</summary>
internal sealed class PeerRates : IBulkLimits, IDisposable
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time;
    private readonly Func<string, string?> _nameOf;
    private readonly ConcurrentDictionary<string, Gates> _peers = new(StringComparer.Ordinal);
    private readonly Gates _all;
    private readonly ITimer _timer;
    private volatile RatePlan _plan = new();

    /// <param name="time">The clock, and its local time.</param>
    /// <param name="nameOf">The name of a peer in the plan, by its fingerprint; null: it has no limits of its own.</param>
    public PeerRates(TimeProvider time, Func<string, string?> nameOf)
    {
        _time = time;
        _nameOf = nameOf;
        _all = new Gates(time);
        _timer = time.CreateTimer(_ => Apply(), null, BetweenLooks, BetweenLooks);
    }

    /// <summary>What is set; a change is in force at once, for those under way too.</summary>
    public RatePlan Plan
    {
        get => _plan;
        set
        {
            _plan = value;
            Apply();
        }
    }

    public ValueTask SendAsync(string peer, int bytes, CancellationToken cancel) => PassAsync(GatesOf(peer)?.Up, _all.Up, bytes, cancel);

    public ValueTask ReceiveAsync(string peer, int bytes, CancellationToken cancel) => PassAsync(GatesOf(peer)?.Down, _all.Down, bytes, cancel);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private static ValueTask PassAsync(RateGate? own, RateGate all, int bytes, CancellationToken cancel)
    {
        // Its own first: what waits for that must not have taken from the others.
        var passing = own?.PassAsync(bytes, cancel) ?? ValueTask.CompletedTask;
        return passing.IsCompletedSuccessfully ? all.PassAsync(bytes, cancel) : BothAsync(passing, all, bytes, cancel);
    }

    private static async ValueTask BothAsync(ValueTask own, RateGate all, int bytes, CancellationToken cancel)
    {
        await own;
        await all.PassAsync(bytes, cancel);
    }

    private Gates? GatesOf(string peer)
    {
        if (_peers.TryGetValue(peer, out var gates))
            return gates;
        if (_nameOf(peer) is not { } name)
            return null;
        gates = _peers.GetOrAdd(peer, _ => new Gates(_time) { Name = name });
        gates.Set(_plan.At(LocalNow, name));
        return gates;
    }

    private DateTime LocalNow => _time.GetLocalNow().DateTime;

    private void Apply()
    {
        var now = LocalNow;
        _all.Set(_plan.At(now));
        foreach (var gates in _peers.Values)
            gates.Set(_plan.At(now, gates.Name));
    }

    private sealed class Gates(TimeProvider time)
    {
        public string? Name { get; init; }

        public RateGate Up { get; } = new(time);

        public RateGate Down { get; } = new(time);

        public void Set(RatePair rates)
        {
            Up.Rate = rates.Up ?? 0;
            Down.Rate = rates.Down ?? 0;
        }
    }
}
