using Grpc.Core;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary><c>GET /metrics</c>: the host's metrics for Prometheus, with a token of the scope <c>read</c>.</summary>
internal static class MetricsPage
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static async Task AnswerAsync(HttpContext http)
    {
        var host = new HostCalls(http.RequestServices.GetRequiredService<HostSocket>(), Forwarding.AddressOf(http), Forwarding.BearerOf(http));
        try
        {
            var metrics = await host.Operations.GetMetricsAsync(new MetricsRequest(), cancellationToken: http.RequestAborted);
            http.Response.ContentType = ContentType;
            await http.Response.WriteAsync(metrics.Text, http.RequestAborted);
        }
        catch (RpcException e) when (!http.RequestAborted.IsCancellationRequested)
        {
            EventStream.Refuse(http, e);
        }
    }
}
