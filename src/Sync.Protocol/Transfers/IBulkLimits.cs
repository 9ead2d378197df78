namespace Sync.Protocol.Transfers;

/// <summary>Holds up bulk transfers that would go faster than they may. Control traffic is not asked about. Safe from any thread.</summary>
public interface IBulkLimits
{
    /// <summary>Completes when so many bytes may be sent to a peer.</summary>
    /// <param name="peer">Its fingerprint.</param>
    /// <param name="bytes">As they go over the link, before TLS.</param>
    /// <param name="cancel">Gives up.</param>
    ValueTask SendAsync(string peer, int bytes, CancellationToken cancel);

    /// <summary>Completes when so many bytes that came from a peer may be taken; meanwhile the connection's windows fill, and the peer waits.</summary>
    /// <inheritdoc cref="SendAsync"/>
    ValueTask ReceiveAsync(string peer, int bytes, CancellationToken cancel);
}
