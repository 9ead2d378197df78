using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;
using Sync.Engine.Tags;

namespace Sync.Engine.Replicas;

/// <summary>A share on the host: its journal, and the host's own replica of it.</summary>
public interface IHostShare : IReplica
{
    /// <summary>Names of revisions whose content is kept.</summary>
    IShareTags Tags { get; }

    /// <summary>Opens a guest's session. The grant was checked by the caller.</summary>
    /// <exception cref="LinkException">Refused.</exception>
    ValueTask<IGuestSession> OpenSessionAsync(GuestGrant grant, SessionHello hello, CancellationToken cancel);

    /// <summary>Opens a guest's pull. The grant was checked by the caller.</summary>
    /// <exception cref="LinkException">Refused.</exception>
    ValueTask<IPullSource> OpenPullAsync(GuestGrant grant, PullRequest request, CancellationToken cancel) =>
        throw new LinkException(LinkFailure.Unavailable, "This share gives nothing to pull.");

    /// <summary>Whether the journal knows a directory at that path.</summary>
    Task<bool> HasDirectoryAsync(string path, CancellationToken cancel);

    /// <summary>Ends the sessions of a guest whose rights are gone.</summary>
    Task RevokeAsync(string fingerprint, CancellationToken cancel);

    /// <summary>Has a guest connect anew, which puts its present rights and direction in force.</summary>
    void Reconnect(string fingerprint);

    /// <summary>Puts a new policy in force, live.</summary>
    Task SetPolicyAsync(SharePolicy policy, CancellationToken cancel);

    /// <summary>Asks guests to flush and waits for them; null for all that are known. Offline guests make it incomplete.</summary>
    Task<IReadOnlyDictionary<string, FlushResult>> FlushGuestsAsync(string? guestName, TimeSpan timeout, CancellationToken cancel) =>
        FlushGuestsAsync(guestName, timeout, FlushScope.All, cancel);

    /// <summary>The same for a part of the share, or only until all is in place.</summary>
    Task<IReadOnlyDictionary<string, FlushResult>> FlushGuestsAsync(string? guestName, TimeSpan timeout, FlushScope scope, CancellationToken cancel);
}
