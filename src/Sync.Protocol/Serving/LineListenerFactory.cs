using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Sync.Protocol.Lines;

namespace Sync.Protocol.Serving;

/// <summary>Has the web server listen on byte pipes and vsocks; other endpoints are its own.</summary>
internal sealed class LineListenerFactory(TimeProvider time, ILogger<LineListener> log) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is LineEndPoint or VsockEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(endpoint switch
    {
        LineEndPoint line => new LineListener(line, time, log),
        VsockEndPoint vsock => new VsockListener(vsock),
        _ => throw new NotSupportedException($"{endpoint} is neither a byte pipe nor a vsock."),
    });
}
