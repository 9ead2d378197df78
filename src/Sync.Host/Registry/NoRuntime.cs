using System.Net;
using Sync.Host.Config;

namespace Sync.Host.Registry;

/// <summary>While no agent runs, a change is only remembered.</summary>
internal sealed class NoRuntime : IShareRuntime
{
    public IReadOnlyList<EndPoint>? Listening => null;

    public void Open(ShareRecord share)
    {
        // Starts with the agent.
    }

    public Task ApplyPolicyAsync(string share, CancellationToken cancel) => Task.CompletedTask;

    public Task CloseAsync(string share) => Task.CompletedTask;

    public void Reconnect(string fingerprint)
    {
        // Nothing runs.
    }

    public Task EndSessionsAsync(string fingerprint, string? share, CancellationToken cancel) => Task.CompletedTask;
}
