using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sync.Protocol.Control;

namespace Sync.Web.Api;

/// <summary>Whether the host behind this web server answers. Tells nothing else, so it needs no token.</summary>
internal sealed class HostHealth(HostSocket socket) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await new Protocol.Control.Access.AccessClient(socket.Invoker).WhoAmIAsync(new WhoAmIRequest(), deadline: DateTime.UtcNow + Patience, cancellationToken: cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (RpcException e)
        {
            return HealthCheckResult.Unhealthy(e.Status.Detail);
        }
    }

    /// <summary>The same for who has no gRPC: 200, or 503.</summary>
    public static async Task AnswerAsync(HttpContext http)
    {
        var health = await new HostHealth(http.RequestServices.GetRequiredService<HostSocket>()).CheckHealthAsync(new HealthCheckContext(), http.RequestAborted);
        if (health.Status is HealthStatus.Healthy)
        {
            await http.Response.WriteAsJsonAsync(new HealthAnswer("ok"), http.RequestAborted);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        ApiProblems.Remember(http, "unreachable", "the host does not answer");
    }

    private sealed record HealthAnswer(string Status);
}
