using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Sync.Protocol.Serving;

/// <summary>Keeps endpoints apart in one server: a guest's connection reaches the peer service and nothing else, and nobody else reaches that.</summary>
internal sealed class PeerPathFilter : IStartupFilter
{
    private const string PeerPath = "/sync.v1.Peer";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static (context, rest) =>
        {
            var isPeer = context.Features.Get<PeerConnection>() is not null;
            if (isPeer == context.Request.Path.StartsWithSegments(PeerPath, StringComparison.Ordinal)) return rest(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        next(app);
    };
}
