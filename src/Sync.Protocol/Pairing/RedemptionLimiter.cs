using System.Net;

namespace Sync.Protocol.Pairing;

/// <summary>
/// Slows down guessing: so many failed redemptions a minute from one address, and so many in all. A secret has 128 bits, so this is
/// about load and noise, not odds.
/// </summary>
internal sealed class RedemptionLimiter(TimeProvider time)
{
    public const int FailuresPerAddress = 5;
    public const int FailuresInAll = 60;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();

    // At most FailuresInAll addresses, as each has a failure that counts.
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private readonly Queue<(long At, IPAddress Address)> _failures = [];

    /// <summary>False while an address, or all together, failed too often.</summary>
    public bool MayTry(IPAddress address)
    {
        lock (_gate)
        {
            Forget();
            return _failures.Count < FailuresInAll && _byAddress.GetValueOrDefault(address) < FailuresPerAddress;
        }
    }

    /// <summary>A redemption failed.</summary>
    public void Failed(IPAddress address)
    {
        lock (_gate)
        {
            Forget();
            _failures.Enqueue((time.GetTimestamp(), address));
            _byAddress[address] = _byAddress.GetValueOrDefault(address) + 1;
        }
    }

    private void Forget()
    {
        while (_failures.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Window)
        {
            _failures.Dequeue();
            if (--_byAddress[oldest.Address] == 0) _byAddress.Remove(oldest.Address);
        }
    }
}
