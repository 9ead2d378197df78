using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A way to a host on which things go wrong: cut, held up, slowed down, changed, closed on one side.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(Machines.Address, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, Socket> _pairs = [];
    private readonly ConcurrentBag<Task> _relays = [];
    private readonly int _target;
    private readonly Task _accepting;
    private int _damage;

    public FaultyProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => Machines.At(((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>How long each piece of at most 16 KiB is held up.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Nothing passes, and nobody is told.</summary>
    public bool IsStalled { get; set; }

    /// <summary>Ends all connections.</summary>
    public void Cut()
    {
        foreach (Socket socket in _pairs.Keys) socket.Close(0);
    }

    /// <summary>Says to one side of each connection that no more comes, while the other goes on.</summary>
    public void HalfClose()
    {
        foreach (Socket socket in _pairs.Keys)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Gone by itself.
            }
        }
    }

    /// <summary>Changes a byte in the next piece that passes.</summary>
    public void Damage() => Interlocked.Exchange(ref _damage, 1);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_relays).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client = await _listener.AcceptSocketAsync(_stop.Token);
            var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await server.ConnectAsync(Machines.Address, _target, _stop.Token);
            }
            catch (SocketException)
            {
                client.Close(0);
                server.Close(0);
                continue;
            }

            _pairs[client] = server;
            _pairs[server] = client;
            _relays.Add(RelayAsync(client, server));
            _relays.Add(RelayAsync(server, client));
        }
    }

    private async Task RelayAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
            {
                while (IsStalled) await Task.Delay(20, _stop.Token);
                if (Delay > TimeSpan.Zero) await Task.Delay(Delay, _stop.Token);
                if (Interlocked.Exchange(ref _damage, 0) == 1) buffer[count / 2] ^= 0x40;
                for (int sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
            }
        }
        finally
        {
            from.Close(0);
            to.Close(0);
            _pairs.TryRemove(from, out _);
            _pairs.TryRemove(to, out _);
        }
    }
}
