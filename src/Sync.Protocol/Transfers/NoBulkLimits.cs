namespace Sync.Protocol.Transfers;

/// <summary>As fast as it goes.</summary>
public sealed class NoBulkLimits : IBulkLimits
{
    public static readonly NoBulkLimits Instance = new();

    /// <inheritdoc/>
    public ValueTask SendAsync(string peer, int bytes, CancellationToken cancel) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask ReceiveAsync(string peer, int bytes, CancellationToken cancel) => ValueTask.CompletedTask;
}
