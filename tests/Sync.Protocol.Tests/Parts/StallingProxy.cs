using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sync.Protocol.Tests.Parts;

/// <summary>A TCP relay that can stop passing bytes on without a word, or cut its connections.</summary>
internal sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;
    private readonly int _target;
    private volatile TaskCompletionSource? _stalled;

    public StallingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => "127.0.0.1:" + ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public void Stall() => _stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Cut()
    {
        foreach (var socket in _sockets) socket.Close(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _stalled?.TrySetResult();
        _listener.Dispose();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                _sockets.Add(client);
                _sockets.Add(server);
                relays.Add(RelayAsync(client, server));
                relays.Add(RelayAsync(server, client));
            }
        }
        finally
        {
            await Task.WhenAll(relays).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RelayAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
            {
                if (_stalled is { } stalled) await stalled.Task;
                await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        finally
        {
            from.Close(0);
            to.Close(0);
        }
    }
}
