using Microsoft.OpenApi.Models;
using Sync.Shared.Data;

namespace Sync.Web.Api;

/// <summary>The API in the web server: gRPC, the same as REST with its OpenAPI document, health, reflection, server-sent events.</summary>
internal static class SyncApi
{
    /// <summary>Adds what the API needs.</summary>
    public static void AddSyncApi(this IServiceCollection services, DataDirectory data)
    {
        services.AddSingleton(_ => new HostSocket(data));
        services.AddGrpc(options => options.Interceptors.Add<ErrorInterceptor>()).AddJsonTranscoding(json =>
        {
            json.JsonSettings.WriteInt64sAsStrings = false;
            json.JsonSettings.IgnoreDefaultValues = false;
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks().AddCheck<HostHealth>("sync-host");
        services.AddGrpcSwagger();
        services.AddSwaggerGen(swagger =>
        {
            swagger.SwaggerDoc("v1", new OpenApiInfo { Title = "Sync control API", Version = "v1", Description = "What a program asks of a running sync-host. Every call needs a token: the header 'Authorization: Bearer TOKEN'." });
            swagger.AddSecurityDefinition("token", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "From 'sync-host token create'." });
        });
    }

    /// <summary>Maps it.</summary>
    public static void UseSyncApi(this WebApplication app)
    {
        app.UseApiProblems();
        app.UseSwagger(swagger => swagger.RouteTemplate = "api/{documentName}/openapi.json");
        app.MapGrpcService<AgentForward>();
        app.MapGrpcService<RegistryForward>();
        app.MapGrpcService<JobsForward>();
        app.MapGrpcService<EventsForward>();
        app.MapGrpcService<AccessForward>();
        app.MapGrpcService<TagsForward>();
        app.MapGrpcService<OperationsForward>();
        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService();
        app.MapGet("/api/v1/events", EventStream.HandleAsync);
        app.MapGet("/metrics", MetricsPage.AnswerAsync);
        app.MapGet("/api/health", HostHealth.AnswerAsync);
    }
}
