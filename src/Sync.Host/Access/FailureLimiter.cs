namespace Sync.Host.Access;

/// <summary>
/// How often one address may present a token that is not good: a bucket that refills with time. Pure but for its clock; safe from any thread.
/// </summary>
internal sealed class FailureLimiter(TimeProvider time)
{
    /// <summary>Failures at once before an address has to wait.</summary>
    public const int Burst = 20;

    private const int MaxAddresses = 10_000;
    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (double Left, long At)> _buckets = new(StringComparer.Ordinal);

    /// <summary>False while the address has to wait.</summary>
    public bool MayTry(string address)
    {
        lock (_lock)
            return Left(address) >= 1;
    }

    /// <summary>Counts a failure.</summary>
    public void Count(string address)
    {
        lock (_lock)
        {
            // A stranger who comes from ever new addresses may not fill the memory; the others begin anew, which only they gain by.
            if (_buckets.Count >= MaxAddresses && !_buckets.ContainsKey(address))
                _buckets.Clear();
            _buckets[address] = (Math.Max(0, Left(address) - 1), time.GetTimestamp());
        }
    }

    private double Left(string address) => _buckets.TryGetValue(address, out var bucket)
        ? Math.Min(Burst, bucket.Left + (time.GetElapsedTime(bucket.At) / Refill))
        : Burst;
}
