namespace Sync.Engine.Link;

/// <summary>Opens links to one host.</summary>
public interface IHostConnector
{
    /// <summary>Connects, authenticates both sides and opens the control stream of one share. One try: the caller backs off.</summary>
    /// <exception cref="LinkException">The host is unreachable, not who it should be, or refuses.</exception>
    ValueTask<IHostLink> ConnectAsync(SessionHello hello, CancellationToken cancel);
}
