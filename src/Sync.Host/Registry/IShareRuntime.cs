using System.Net;
using Sync.Host.Config;

namespace Sync.Host.Registry;

/// <summary>What a change of the configuration sets in motion.</summary>
internal interface IShareRuntime
{
    /// <summary>Where guests reach this host now; null while it does not listen.</summary>
    IReadOnlyList<EndPoint>? Listening { get; }

    /// <summary>Starts a share that was added.</summary>
    void Open(ShareRecord share);

    /// <summary>Puts a share's new policy in force.</summary>
    Task ApplyPolicyAsync(string share, CancellationToken cancel);

    /// <summary>Stops a share that was removed.</summary>
    Task CloseAsync(string share);

    /// <summary>Ends a guest's sessions of one share, or of all.</summary>
    Task EndSessionsAsync(string fingerprint, string? share, CancellationToken cancel);

    /// <summary>Has a guest connect anew, so that what it may do now is in force.</summary>
    void Reconnect(string fingerprint);
}
