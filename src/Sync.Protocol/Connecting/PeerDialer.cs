using System.Net;
using System.Net.Sockets;
using Sync.Protocol.Identities;
using Sync.Protocol.Lines;

namespace Sync.Protocol.Connecting;

/// <summary>Opens the stream to a peer on which TLS runs.</summary>
internal static class PeerDialer
{
    /// <summary>A machine that takes no connection in this time is not there.</summary>
    public static readonly TimeSpan ReachedWithin = TimeSpan.FromSeconds(10);

    /// <exception cref="SocketException">Nobody is there.</exception>
    /// <exception cref="DialException">The same, where a socket's error would say too little.</exception>
    public static async ValueTask<Stream> ConnectAsync(PeerAddress address, CancellationToken cancel) => address.Transport switch
    {
        PeerTransport.Unix => await ConnectUnixAsync(address.Host, cancel),
        PeerTransport.Serial => await SerialLines.OpenChannelAsync(address.Host, cancel),
        PeerTransport.Vsock => await VsockStreams.ConnectAsync(address, cancel),
        _ => await ConnectAsync(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, new DnsEndPoint(address.Host, (int)address.Port), cancel),
    };

    private static async ValueTask<Stream> ConnectUnixAsync(string path, CancellationToken cancel)
    {
        if (!File.Exists(path))
            throw new DialException($"There is no socket {path}. Start sync-host with --listen unix:PATH, and see that the directory is shown in this machine or container.");
        return await ConnectAsync(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path), cancel);
    }

    private static async ValueTask<Stream> ConnectAsync(Socket socket, EndPoint endpoint, CancellationToken cancel)
    {
        using var reached = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        reached.CancelAfter(ReachedWithin);
        try
        {
            await socket.ConnectAsync(endpoint, reached.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
