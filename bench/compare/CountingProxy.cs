using System.Net;
using System.Net.Sockets;

namespace Sync.Bench.Compare;

/// <summary>Stands between two programs on loopback, counts what they say to each other, and can pretend a slow link.</summary>
internal sealed class CountingProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly LinkDirection _up;
    private readonly LinkDirection _down;
    private readonly Task _accepting;

    /// <param name="target">The port that the other program listens on.</param>
    /// <param name="shape">The link; null for all that loopback gives.</param>
    public CountingProxy(int target, LinkShape? shape)
    {
        _target = target;
        _up = new LinkDirection(shape);
        _down = new LinkDirection(shape);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Lifts the shape's limits for a while.</summary>
    public bool Open
    {
        set => _up.Open = _down.Open = value;
    }

    /// <summary>What passed since the last time this was asked.</summary>
    public Traffic Take() => new(_up.Take(), _down.Take());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptAsync(_end.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Closed.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            client.NoDelay = server.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // Nobody listens: the client sees its connection closed.
                return;
            }

            await Task.WhenAll(ProxyPump.RunAsync(client, server, _up, _end.Token), ProxyPump.RunAsync(server, client, _down, _end.Token));
        }
    }
}
