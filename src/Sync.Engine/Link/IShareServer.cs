using System.Threading.Channels;

namespace Sync.Engine.Link;

/// <summary>
/// The host's side of the links to all its shares: what the wire calls once a guest is authenticated. Implemented by the engine.
/// </summary>
public interface IShareServer
{
    /// <summary>Opens the control stream of one share for a guest. Messages to the guest come out of the session.</summary>
    /// <param name="guest">The authenticated guest: its fingerprint, 64 hex digits.</param>
    /// <param name="hello">As sent; checked by the callee.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="LinkException">Refused.</exception>
    ValueTask<IGuestSession> OpenAsync(string guest, SessionHello hello, CancellationToken cancel);
}
