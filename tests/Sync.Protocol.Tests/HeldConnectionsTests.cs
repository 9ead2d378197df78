using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Identities;
using Sync.Protocol.Serving;
using Sync.Protocol.Tests.Parts;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Many connections that stay, and many guests that come at once, beside one that works. SYNC_CONNECTIONS holds so many (5,000 make it a long run), and lets a fifth of that
/// connect at once.</summary>
public sealed class HeldConnectionsTests
{
    private const int Held = 600;

    /// <summary>Handshakes under way: more than the server admits of strangers would only be refused.</summary>
    private const int AtOnce = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly SessionHello Hello = new() { Share = "work", Process = 1 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Those_who_hold_connections_and_those_who_come_at_once_all_get_in()
    {
        int held = int.TryParse(Environment.GetEnvironmentVariable("SYNC_CONNECTIONS"), CultureInfo.InvariantCulture, out var asked) ? asked : Held;
        var newcomers = held / 5;
        await using var server = await TestServer.StartAsync();
        server.Host.OnOpen = _ =>
        {
            var session = new FakeSession();
            session.OnReceive = (message, _) => session.ToGuest.WriteAsync(new HostMessage.FlushReached(((GuestMessage.Flush)message).FlushId, Revision.Zero, []));
            return session;
        };
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        await MedianAsync(link, 300);
        var idle = await MedianAsync(link, 500);

        PeerIdentity[] guests = [.. Enumerable.Range(0, newcomers).Select(i => Know(server, string.Create(CultureInfo.InvariantCulture, $"guest-{i}")))];
        var connections = new ConcurrentBag<(Socket Socket, SslStream Tls)>();
        try
        {
            var begun = Stopwatch.GetTimestamp();
            // Of each guest two less than it may have: it is to come anew, too.
            await Parallel.ForEachAsync(Enumerable.Range(0, held), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel }, async (i, _) =>
                connections.Add(await HoldAsync(server, guests[i / (ConnectionGate.MaxConnectionsPerGuest - 2)])));
            var holding = Stopwatch.GetElapsedTime(begun);
            var beside = await MedianAsync(link, 500);

            begun = Stopwatch.GetTimestamp();
            var links = await Task.WhenAll(guests.Select(guest => ConnectAsync(server, guest)));
            var connecting = Stopwatch.GetElapsedTime(begun);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var strangers = StrangersAsync(server, stop.Token);
            var under = await MedianAsync(link, 1000);
            await stop.CancelAsync();
            var refused = await strangers;
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{held} connections held after {holding.TotalSeconds:0.0} s, {newcomers} guests at once in {connecting.TotalSeconds:0.0} s; a round trip: {idle.TotalMilliseconds:0.000} ms alone, {beside.TotalMilliseconds:0.000} ms beside the held, {under.TotalMilliseconds:0.000} ms while {refused} strangers knocked"));
            Assert.True(refused > 0, "no stranger came");
            foreach (var other in links) await other.DisposeAsync();
            // None was ended to make room.
            Assert.Equal(0, connections.Count(connection => connection.Socket.Poll(0, SelectMode.SelectRead) && connection.Socket.Available == 0));
        }
        finally
        {
            foreach (var (_, tls) in connections) await tls.DisposeAsync();
            foreach (var guest in guests) guest.Dispose();
        }
    }

    private static PeerIdentity Know(TestServer server, string name)
    {
        var identity = server.Stranger(name);
        server.Host.Guests[identity.Fingerprint] = name;
        return identity;
    }

    /// <summary>A connection of a guest that has said the first words of HTTP/2 and been answered.</summary>
    private static async Task<(Socket Socket, SslStream Tls)> HoldAsync(TestServer server, PeerIdentity me)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await GreetAsync(server, me, Cancel);
            }
            catch (Exception e) when (e is IOException or AuthenticationException or SocketException && Stopwatch.GetElapsedTime(begun) < Patience)
            {
                // The ones before may not be known for guests' yet, and so take strangers' places.
                await Task.Delay(20, Cancel);
            }
        }
    }

    private static async Task<(Socket Socket, SslStream Tls)> GreetAsync(TestServer server, PeerIdentity? me, CancellationToken cancel)
    {
        var tcp = new TcpClient();
        try
        {
            await tcp.ConnectAsync("127.0.0.1", server.Port, cancel);
            var tls = new SslStream(tcp.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "x", EnabledSslProtocols = SslProtocols.Tls13, ApplicationProtocols = [SslApplicationProtocol.Http2],
                    RemoteCertificateValidationCallback = (_, _, _, _) => true, ClientCertificates = me is null ? null : [me.Certificate],
                },
                cancel);
            await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray(), cancel);
            if (await tls.ReadAsync(new byte[200], cancel) == 0) throw new IOException("Ended by the server.");
            return (tcp.Client, tls);
        }
        catch
        {
            tcp.Dispose();
            throw;
        }
    }

    private static async Task<IHostLink> ConnectAsync(TestServer server, PeerIdentity guest)
    {
        var connector = server.Connector(guest);
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await connector.ConnectAsync(Hello with { Process = 7 }, Cancel);
            }
            catch (LinkException) when (Stopwatch.GetElapsedTime(begun) < Patience)
            {
                // Too many are in their handshake for the moment: a guest tries again.
                await Task.Delay(Random.Shared.Next(20, 200), Cancel);
            }
        }
    }

    /// <summary>Unauthenticated load: connections that say nothing, and handshakes without a certificate, as fast as they are ended. Returns how many there were.</summary>
    private static async Task<int> StrangersAsync(TestServer server, CancellationToken stop)
    {
        var count = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async lane =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    if (lane % 2 == 0)
                    {
                        using var silent = new TcpClient();
                        await silent.ConnectAsync("127.0.0.1", server.Port, stop);
                        Interlocked.Increment(ref count);
                        await Task.Delay(5, stop);
                    }
                    else
                    {
                        Interlocked.Increment(ref count);
                        var (_, nobody) = await GreetAsync(server, null, stop);
                        await nobody.DisposeAsync();
                    }
                }
                catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException)
                {
                    // Turned away, as it should be; or it is over.
                }
            }
        }));
        return count;
    }

    /// <summary>The median of round trips through the session.</summary>
    private static async Task<TimeSpan> MedianAsync(IHostLink link, int rounds)
    {
        var times = new TimeSpan[rounds];
        for (var i = 0; i < rounds; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await link.SendAsync(new GuestMessage.Flush(i), Cancel);
            while (await link.Incoming.ReadAsync(Cancel) is not HostMessage.FlushReached)
            {
            }

            times[i] = Stopwatch.GetElapsedTime(begun);
        }

        Array.Sort(times);
        return times[rounds / 2];
    }
}
