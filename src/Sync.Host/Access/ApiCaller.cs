using Grpc.Core;

namespace Sync.Host.Access;

/// <summary>Who makes a call: the local user, or the owner of a token.</summary>
/// <param name="Name">"local", or "token:NAME".</param>
/// <param name="Scope">What it may do.</param>
/// <param name="Share">The only share it may touch; null for all.</param>
/// <param name="TokenId">The token; null for the local user.</param>
internal sealed record ApiCaller(string Name, TokenScope Scope, string? Share, string? TokenId)
{
    private static readonly object Key = new();

    /// <summary>Whoever can open the control socket: the agent's own user.</summary>
    public static ApiCaller Local { get; } = new("local", TokenScope.Admin, Share: null, TokenId: null);

    /// <summary>The caller of a call.</summary>
    public static ApiCaller Of(ServerCallContext context) => context.UserState.TryGetValue(Key, out var caller) ? (ApiCaller)caller : Local;

    /// <summary>Remembers the caller with the call.</summary>
    public void Mark(ServerCallContext context) => context.UserState[Key] = this;
}
