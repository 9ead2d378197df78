using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;

namespace Sync.Protocol.Control;

/// <summary>Opens the control API of an agent on this machine.</summary>
public static class ControlChannel
{
    // A status may list 1,000 problems for each share, each with a path of up to 4 KiB.
    private const int LargestReply = 256 << 20;

    /// <summary>A channel over the Unix socket at <paramref name="socketPath"/>. Nothing is connected until the first call.</summary>
    public static GrpcChannel Open(string socketPath)
    {
        var endpoint = new UnixDomainSocketEndPoint(socketPath);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endpoint, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return GrpcChannel.ForAddress(
            "http://localhost",
            new GrpcChannelOptions
            {
                HttpHandler = handler,
                DisposeHttpClient = true,
                MaxReceiveMessageSize = LargestReply,
                Credentials = ChannelCredentials.Insecure,
            });
    }
}
