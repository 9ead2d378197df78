using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Sync.Host.Auditing;
using Sync.Host.Metrics;
using Sync.Host.Registry;
using Sync.Shared.Control;

namespace Sync.Host.Serving;

/// <summary>What the host's control API has beside the shared one.</summary>
internal static class HostControl
{
    /// <summary>Adds the registry, and has every call that changes something told to the audit log.</summary>
    public static IServiceCollection AddHostControl(this IServiceCollection services, IHostAdministration administration, IAuditLog audit) => services
        .AddSingleton(administration)
        .AddSingleton<HostRegistryService>()
        .AddSingleton(audit)
        .AddSingleton<OperationsService>()
        .Configure<GrpcServiceOptions>(options => options.Interceptors.Add<AuditInterceptor>());

    /// <summary>Maps them.</summary>
    public static void MapHostControl(this WebApplication app)
    {
        app.MapGrpcService<HostRegistryService>();
        app.MapGrpcService<OperationsService>();
        app.MapGet("/metrics", context =>
        {
            context.Response.ContentType = PrometheusText.ContentType;
            return context.Response.WriteAsync(context.RequestServices.GetRequiredService<IMetricsText>().Collect(), context.RequestAborted);
        });
    }
}
