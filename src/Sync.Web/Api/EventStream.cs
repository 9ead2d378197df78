using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary><c>GET /api/v1/events</c>: events as server-sent events, from the id in <c>Last-Event-ID</c> or <c>?after=</c> on.</summary>
internal static class EventStream
{
    // Proxies cut what is silent for a minute.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task HandleAsync(HttpContext http)
    {
        var cancel = http.RequestAborted;
        var request = new WatchEventsRequest { Share = http.Request.Query["share"].ToString(), After = ReadAfter(http.Request) };
        var host = new HostCalls(http.RequestServices.GetRequiredService<HostSocket>(), Forwarding.AddressOf(http), Forwarding.BearerOf(http));
        using var watch = host.Events.WatchEvents(request, cancellationToken: cancel);
        try
        {
            var headers = await watch.ResponseHeadersAsync;
            var next = watch.ResponseStream.MoveNext(cancel);
            // What was refused ends at once, and the first read tells why.
            if (headers.GetValue(ApiHeaders.Watching) is null)
                await next;
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-cache";
            await WriteAsync(http, ": connected\n\n");
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(Silence, cancel)) != next)
                {
                    await WriteAsync(http, ": still here\n\n");
                    continue;
                }

                if (!await next)
                    return;
                var what = watch.ResponseStream.Current;
                await WriteAsync(http, string.Create(CultureInfo.InvariantCulture, $"id: {what.Id}\nevent: {what.Kind}\ndata: {JsonSerializer.Serialize(new EventItem(what), Json)}\n\n"));
                next = watch.ResponseStream.MoveNext(cancel);
            }
        }
        catch (RpcException e) when (!http.Response.HasStarted)
        {
            Refuse(http, e);
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException or IOException)
        {
            // The reader has gone, or the host ends: the reader comes again with the last id it saw.
        }
    }

    /// <summary>Answers with what the host said.</summary>
    public static void Refuse(HttpContext http, RpcException error)
    {
        http.Response.StatusCode = error.StatusCode switch
        {
            StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
            StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
            StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
            StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
            StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        ApiProblems.Remember(http, error.Trailers.GetValue("sync-code") ?? "internal", error.Status.Detail);
    }

    private static long ReadAfter(HttpRequest request)
    {
        var text = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : request.Query["after"].ToString();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after : 0;
    }

    private static async Task WriteAsync(HttpContext http, string text)
    {
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
