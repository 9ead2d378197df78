using Sync.Protocol.Control;

namespace Sync.Shared.Progress;

/// <summary>How fast each share sends and receives, from one status to the next. Pure, but for what it has seen. Not thread-safe.</summary>
internal sealed class ShareRates
{
    private readonly Dictionary<string, (TransferRate Up, TransferRate Down)> _shares = new(StringComparer.Ordinal);

    /// <summary>Takes a status.</summary>
    /// <param name="status">It.</param>
    /// <param name="now">The time since any fixed moment.</param>
    public void Look(AgentStatus status, TimeSpan now)
    {
        foreach (var share in status.Shares)
        {
            if (!_shares.TryGetValue(Key(share), out var rates))
                _shares[Key(share)] = rates = (new TransferRate(), new TransferRate());
            rates.Up.Look(share.BytesSent, now);
            rates.Down.Look(share.BytesReceived, now);
        }
    }

    /// <summary>Bytes a second there and back, and how long what is pending takes: of a guest to itself, of a host to its guests.</summary>
    public (double Up, double Down, TimeSpan? Left) Of(ReplicaInfo share)
    {
        if (!_shares.TryGetValue(Key(share), out var rates))
            return (0, 0, null);
        var outward = share.Guests.Where(g => g.Connected).Sum(g => g.PendingBytes);
        var left = share.PendingInBytes > 0 ? rates.Down.Left(share.PendingInBytes) : outward > 0 ? rates.Up.Left(outward) : null;
        return (rates.Up.PerSecond, rates.Down.PerSecond, left);
    }

    private static string Key(ReplicaInfo share) => share.Path;
}
