using System.Collections.Immutable;
using Sync.Protocol.Control;

namespace Sync.Web.Dashboard.Watching;

/// <summary>Makes rates of counts that grow. Only one thread at a time takes; reading is safe from any.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Flow> _sent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flow> _received = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Share, string Guest), Flow> _guests = [];
    private (long Sent, long Received, long At)? _sampled;
    private volatile Rates _rates = Rates.None;

    /// <summary>As of the last status.</summary>
    public Rates Rates => _rates;

    /// <summary>Takes what the host says now, be it what it said before.</summary>
    public void Take(AgentStatus status)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            foreach (var share in status.Shares)
            {
                Of(_sent, share.Name).Take(share.BytesSent, now, time);
                Of(_received, share.Name).Take(share.BytesReceived, now, time);
                foreach (var guest in share.Guests.Where(g => g.PendingBytes > 0 || _guests.ContainsKey((share.Name, g.Fingerprint))))
                    Of(_guests, (share.Name, guest.Fingerprint)).TakeLeft(guest.PendingBytes, now, time);
            }

            foreach (var (gone, _) in _guests.Where(g => g.Value.IsStill).ToList())
                _guests.Remove(gone);
            var rates = new Rates { Sent = Moving(_sent), Received = Moving(_received), Guests = Moving(_guests) };
            _rates = rates.Sent.IsEmpty && rates.Received.IsEmpty && rates.Guests.IsEmpty ? Rates.None : rates;
        }
    }

    /// <summary>What moved since the last sample, all shares together.</summary>
    public Sample Sample(AgentStatus status)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var sent = status.Shares.Sum(s => s.BytesSent);
            var received = status.Shares.Sum(s => s.BytesReceived);
            var (sentRate, receivedRate) = (0d, 0d);
            if (_sampled is { } before && time.GetElapsedTime(before.At, now).TotalSeconds is > 0 and var seconds)
                (sentRate, receivedRate) = (Math.Max(0, sent - before.Sent) / seconds, Math.Max(0, received - before.Received) / seconds);
            _sampled = (sent, received, now);
            var trips = status.Shares.SelectMany(s => s.Guests).Where(g => g.Connected && g.HasRoundTripMs).Select(g => g.RoundTripMs).Order().ToList();
            var saves = status.Shares.SelectMany(s => s.Guests).Where(g => g.Connected && g.HasSaveMs).Select(g => g.SaveMs).Order().ToList();
            return new Sample(time.GetUtcNow(), sentRate, receivedRate, trips.Count > 0 ? trips[trips.Count / 2] : null, trips.Count > 0 ? trips[^1] : null, saves.Count > 0 ? saves[saves.Count / 2] : null);
        }
    }

    private static Flow Of<T>(Dictionary<T, Flow> flows, T key)
        where T : notnull => flows.TryGetValue(key, out var flow) ? flow : flows[key] = new Flow();

    private static ImmutableDictionary<T, double> Moving<T>(Dictionary<T, Flow> flows)
        where T : notnull => flows.Where(f => !f.Value.IsStill).ToImmutableDictionary(f => f.Key, f => f.Value.Rate);
}
