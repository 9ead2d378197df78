using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Sync.Protocol.Serving;

/// <summary>
/// Has the web server hand its bytes to TLS in pieces of 64 KiB. By itself it does so in blocks of 4 KiB, and each becomes a record of its own: four times as many
/// as are needed, each with its own seal, for both sides.
/// </summary>
internal static class WideOutput
{
    private const int Piece = 64 << 10;

    /// <summary>After the handshake.</summary>
    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<ISslStreamFeature>() is not { } tls)
        {
            await next(connection);
            return;
        }

        var before = connection.Transport;
        var output = PipeWriter.Create(tls.SslStream, new StreamPipeWriterOptions(MemoryPool<byte>.Shared, Piece, leaveOpen: true));
        connection.Transport = new Wide(before.Input, output);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = before;
            await output.CompleteAsync();
        }
    }

    private sealed class Wide(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
