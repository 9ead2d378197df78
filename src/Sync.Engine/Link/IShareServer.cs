using Sync.Engine.Snapshots;

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

    /// <summary>Opens a pull: a share, or a part of it, as it is at one committed revision.</summary>
    /// <param name="guest">The authenticated guest: its fingerprint, 64 hex digits.</param>
    /// <param name="request">As sent; within the protocol's bounds.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="LinkException">Refused.</exception>
    ValueTask<IPullSource> OpenPullAsync(string guest, PullRequest request, CancellationToken cancel) =>
        throw new LinkException(LinkFailure.Unavailable, "This host gives nothing to pull.");
}
