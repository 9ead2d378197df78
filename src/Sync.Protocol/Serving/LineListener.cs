using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Sync.Protocol.Lines;

namespace Sync.Protocol.Serving;

/// <summary>Accepts the channels of a byte pipe as connections.</summary>
internal sealed class LineListener : IConnectionListener
{
    private readonly Channel<LineChannel> _accepted = Channel.CreateUnbounded<LineChannel>();
    private readonly SerialLine _line;

    public LineListener(LineEndPoint endpoint, TimeProvider time, ILogger<LineListener> log)
    {
        EndPoint = endpoint;
        _line = new SerialLine(cancel => LineDevices.OpenAsync(endpoint.Path, cancel), channel => _accepted.Writer.TryWrite(channel), time, error => LineLog.Failed(log, endpoint.Path, error));
    }

    public EndPoint EndPoint { get; }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _accepted.Reader.WaitToReadAsync(cancellationToken) && _accepted.Reader.TryRead(out var channel) ? new StreamConnection(channel, EndPoint, channel.Ended) : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        // Connections that there are end in good order; the line goes with them.
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _accepted.Writer.TryComplete();
        await _line.DisposeAsync();
    }
}
