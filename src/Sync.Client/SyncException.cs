using Grpc.Core;

namespace Sync.Client;

/// <summary>What the host refused, or that it cannot be reached.</summary>
public sealed class SyncException : Exception
{
    internal SyncException(string code, string message, Exception inner)
        : base(message, inner) => Code = code;

    /// <summary>A word that stays the same over versions: not-found, bad-request, scope, share, unauthenticated, token-expired, halted, failed, unreachable, …</summary>
    public string Code { get; }

    /// <summary>What a failed call means; a cancelled one is an <see cref="OperationCanceledException"/>.</summary>
    internal static Exception From(RpcException error, CancellationToken cancel)
    {
        if (error.StatusCode is StatusCode.Cancelled && cancel.IsCancellationRequested)
            return new OperationCanceledException("Cancelled.", error, cancel);
        var code = error.Trailers.GetValue("sync-code") ?? (IsUnreachable(error) ? "unreachable" : "failed");
        return new SyncException(code, error.Status.Detail, error);
    }

    // Also where it answers, but is not who it is to be.
    private static bool IsUnreachable(RpcException error) => error.StatusCode is StatusCode.Unavailable || error.Status.DebugException is HttpRequestException;
}
