namespace Sync.Bench.Compare;

/// <summary>Bytes of TCP payload that passed the proxy.</summary>
/// <param name="Up">From who connected to who listens.</param>
/// <param name="Down">The other way.</param>
internal readonly record struct Traffic(long Up, long Down)
{
    public long Total => Up + Down;
}
