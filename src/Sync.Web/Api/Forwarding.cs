using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>Passes a call on to the host, for whoever made it.</summary>
internal static class Forwarding
{
    // A call that asks for no deadline of its own may wait for a flush of a week.
    private const string BearerScheme = "Bearer ";

    /// <summary>The host as the caller sees it.</summary>
    public static HostCalls Host(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        return new HostCalls(http.RequestServices.GetRequiredService<HostSocket>(), AddressOf(http), BearerOf(http));
    }

    /// <summary>What the call to the host takes over from the call it is for.</summary>
    public static CallOptions Options(ServerCallContext context) =>
        new(deadline: context.Deadline == DateTime.MaxValue ? null : context.Deadline, cancellationToken: context.CancellationToken);

    /// <summary>Passes on what a call of the host streams.</summary>
    public static async Task StreamAsync<T>(AsyncServerStreamingCall<T> call, IServerStreamWriter<T> to, ServerCallContext context)
    {
        using (call)
        {
            await call.ResponseHeadersAsync;
            await foreach (var item in call.ResponseStream.ReadAllAsync(context.CancellationToken))
                await to.WriteAsync(item, context.CancellationToken);
        }
    }

    /// <summary>Where a request came from.</summary>
    public static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>The token of a request; null if it has none.</summary>
    public static string? BearerOf(HttpContext http) =>
        http.Request.Headers.Authorization.ToString() is var value && value.StartsWith(BearerScheme, StringComparison.OrdinalIgnoreCase)
            && value.AsSpan(BearerScheme.Length).Trim() is { Length: > 0 } token && !token.ContainsAnyExceptInRange('!', '~')
            ? token.ToString()
            : null;
}
