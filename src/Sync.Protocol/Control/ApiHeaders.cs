using Grpc.Core;

namespace Sync.Protocol.Control;

/// <summary>What the web server adds to a call that it passes on to the control socket.</summary>
public static class ApiHeaders
{
    /// <summary>Where the call came from. A call that has it goes by its token, even if the header is empty.</summary>
    public const string Remote = "sync-remote";

    /// <summary>In the headers of the answer to a watch: it was admitted, and nothing that happens from now on is missed.</summary>
    public const string Watching = "sync-watching";

    private const string Authorization = "authorization";
    private const string Scheme = "Bearer ";

    /// <summary>The headers of a call on behalf of somebody else.</summary>
    /// <param name="address">Where the call came from.</param>
    /// <param name="token">The token; null if none was presented.</param>
    public static Metadata For(string address, string? token)
    {
        var headers = new Metadata { { Remote, address } };
        if (token is not null)
            headers.Add(Authorization, Scheme + token);
        return headers;
    }

    /// <summary>The token in a call's headers; null if there is none.</summary>
    public static string? Bearer(Metadata headers) =>
        headers.GetValue(Authorization) is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;
}
