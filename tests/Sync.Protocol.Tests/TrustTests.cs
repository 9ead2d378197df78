using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Invites;
using Sync.Protocol.Pairing;
using Sync.Protocol.Serving;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Transfers;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Who gets in, and who does not.</summary>
public sealed class TrustTests
{
    private static readonly SessionHello Hello = new() { Share = "work", Process = 1 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_machine_at_the_address_is_not_trusted(bool bySocket)
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector(fingerprint: server.Guest.Fingerprint, addresses: bySocket ? server.UnixAddress : server.Address);
        var failure = await Assert.ThrowsAsync<LinkException>(async () => await connector.ConnectAsync(Hello, Cancel));
        Assert.Equal(LinkFailure.WrongPeer, failure.Failure);
        Assert.Contains(server.Identity.Fingerprint, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Host.Opened.Reader.Count);
    }

    [Fact]
    public async Task A_host_is_its_key_whatever_its_certificate_says()
    {
        // Another key under the same name, in a certificate that is valid for ever.
        await using var server = await TestServer.StartAsync();
        using var impostor = server.Stranger("impostor");
        Assert.Equal(server.Identity.Certificate.Subject, impostor.Certificate.Subject);
        var pinned = new PinnedHost(server.Identity.Fingerprint);
        Assert.False(pinned.Validate(this, impostor.Certificate, null, SslPolicyErrors.None));
        Assert.Equal(impostor.Fingerprint, pinned.Stranger);
        Assert.False(pinned.Validate(this, null, null, SslPolicyErrors.None));

        // The same key in a certificate that has expired, by another name: the dates were never what is trusted.
        using var key = server.Identity.Certificate.GetECDsaPrivateKey()!;
        var request = new CertificateRequest("CN=other", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var expired = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(-1));
        Assert.True(pinned.Validate(this, expired, null, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unknown_guest_gets_no_session(bool bySocket)
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.Stranger("stranger");
        await using var connector = server.Connector(stranger, addresses: bySocket ? server.UnixAddress : server.Address);
        var failure = await Assert.ThrowsAsync<LinkException>(async () => await connector.ConnectAsync(Hello, Cancel));
        Assert.Equal(LinkFailure.NotAllowed, failure.Failure);
        Assert.Equal(0, server.Host.Opened.Reader.Count);
    }

    [Fact]
    public async Task Who_reaches_the_peer_port_reaches_nothing_else_of_the_server()
    {
        await using var server = await TestServer.StartAsync();
        using var peer = new RawPeer(server, server.Guest);
        foreach (var path in (string[])["/control", "/sync.v1.Peer/../../control", "/sync.v1.peer/Session", "/"])
        {
            var (status, answer) = await peer.CallAsync(path, []);
            Assert.Equal(-1, status);
            Assert.Contains("StatusCode: 404", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_guest_cannot_use_anothers_session_for_its_transfers()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var (_, _, session) = await server.Host.Opened.Reader.ReadAsync(Cancel);
        using var other = server.Stranger("other");
        server.Host.Guests[other.Fingerprint] = "other";
        var route = new Route(Address(server.Address), server.Identity.Fingerprint, other, NoBulkLimits.Instance, NullLoggerFactory.Instance);
        var bulk = new GuestBulk(route, session.Id, [], Cancel);
        var failure = await Assert.ThrowsAsync<LinkException>(async () => await bulk.Download(AsyncEnumerable.Empty<ContentRequest>(), Cancel).ToListAsync(Cancel));
        Assert.Equal(LinkFailure.Unavailable, failure.Failure);
        route.Release();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, false)]
    public async Task Old_TLS_and_clients_without_a_certificate_are_refused(SslProtocols protocol, bool certificate)
    {
        await using var server = await TestServer.StartAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Port, Cancel);
        await using var tls = new SslStream(tcp.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "x",
            EnabledSslProtocols = protocol,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificates = certificate ? new X509CertificateCollection { server.Guest.Certificate } : null,
        };
        var failure = await Record.ExceptionAsync(async () =>
        {
            await tls.AuthenticateAsClientAsync(options, Cancel);
            // In TLS 1.3 the server's refusal of the certificate comes after the client is done.
            await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Cancel);
            if (await tls.ReadAsync(new byte[100], Cancel) == 0) throw new IOException("closed");
        });
        Assert.True(failure is IOException or AuthenticationException, failure?.ToString() ?? "let in");
    }

    [Fact]
    public async Task A_guest_is_let_in_with_TLS_13()
    {
        await using var server = await TestServer.StartAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Port, Cancel);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "x",
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
                ClientCertificates = [server.Guest.Certificate],
            },
            Cancel);
        Assert.Equal(SslProtocols.Tls13, tls.SslProtocol);
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray(), Cancel);
        Assert.True(await tls.ReadAsync(new byte[100], Cancel) > 0);
    }

    [Fact]
    public async Task An_invite_makes_a_guest_known()
    {
        await using var server = await TestServer.StartAsync();
        using var guest = server.Stranger("new");
        var invite = Invite(server, server.Host.NewSecret());
        var grant = await PairingClient.PairAsync(invite, null, guest, "new", "", visit: false, Cancel);
        Assert.Equal(new PairingGrant("work", "new", true, "the host"), grant);
        await using var connector = server.Connector(guest);
        await using var link = await connector.ConnectAsync(Hello, Cancel);
    }

    [Theory]
    [InlineData(PairingFailure.Expired)]
    [InlineData(PairingFailure.UsedUp)]
    [InlineData(PairingFailure.Denied)]
    public async Task An_invite_that_does_not_hold_is_refused_with_its_reason(PairingFailure reason)
    {
        await using var server = await TestServer.StartAsync();
        using var guest = server.Stranger("new");
        var failure = await Assert.ThrowsAsync<PairingException>(() => PairingClient.PairAsync(Invite(server, server.Host.NewSecret(reason)), null, guest, "new", "", visit: false, Cancel));
        Assert.Equal(reason, failure.Failure);
        Assert.False(server.Host.IsKnown(guest.Fingerprint));
    }

    [Fact]
    public async Task A_part_of_the_share_that_is_not_there_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var guest = server.Stranger("new");
        var invite = Invite(server, server.Host.NewSecret());
        foreach (var (path, reason) in (List<(string, LinkFailure)>)[("nosuch", LinkFailure.NoSuchShare), ("../out", LinkFailure.Protocol), ("/abs", LinkFailure.Protocol)])
        {
            var failure = await Assert.ThrowsAsync<LinkException>(() => PairingClient.PairAsync(invite, null, guest, "new", path, visit: false, Cancel));
            Assert.Equal(reason, failure.Failure);
        }

        Assert.False(server.Host.IsKnown(guest.Fingerprint));
        await PairingClient.PairAsync(invite, null, guest, "new", "a/b", visit: false, Cancel);
    }

    [Fact]
    public async Task An_invite_of_another_host_does_not_pair()
    {
        await using var server = await TestServer.StartAsync();
        using var guest = server.Stranger("new");
        var invite = Invite(server, server.Host.NewSecret()) with { HostFingerprint = guest.Fingerprint };
        var failure = await Assert.ThrowsAsync<LinkException>(() => PairingClient.PairAsync(invite, null, guest, "new", "", visit: false, Cancel));
        Assert.Equal(LinkFailure.WrongPeer, failure.Failure);
    }

    [Fact]
    public async Task Guessing_is_stopped()
    {
        await using var server = await TestServer.StartAsync();
        using var guest = server.Stranger("new");
        for (var i = 0; i < RedemptionLimiter.FailuresPerAddress; i++)
        {
            var failure = await Assert.ThrowsAsync<PairingException>(() => PairingClient.PairAsync(Invite(server, new byte[16]), null, guest, "new", "", visit: false, Cancel));
            Assert.Equal(PairingFailure.Unknown, failure.Failure);
        }

        var stopped = await Assert.ThrowsAsync<PairingException>(() => PairingClient.PairAsync(Invite(server, server.Host.NewSecret()), null, guest, "new", "", visit: false, Cancel));
        Assert.Equal(PairingFailure.Denied, stopped.Failure);
    }

    [Fact]
    public void Strangers_are_bounded_by_address_and_in_all()
    {
        var gate = new ConnectionGate();
        var leases = new List<ConnectionLease>();
        while (gate.TryEnter(System.Net.IPAddress.Loopback) is { } lease) leases.Add(lease);
        Assert.Equal(ConnectionGate.MaxStrangersPerAddress, leases.Count);
        Assert.True(leases[0].TryMarkKnown("guest"));
        Assert.True(leases[0].TryMarkKnown("guest"));
        var next = gate.TryEnter(System.Net.IPAddress.Loopback);
        Assert.NotNull(next);
        Assert.Null(gate.TryEnter(System.Net.IPAddress.Loopback));
        foreach (var lease in leases) lease.Dispose();
        next.Dispose();
        Assert.NotNull(gate.TryEnter(System.Net.IPAddress.Loopback));
    }

    [Fact]
    public void One_guest_does_not_take_the_places_of_others()
    {
        var gate = new ConnectionGate();
        var leases = new List<ConnectionLease>();
        for (var i = 0; i < ConnectionGate.MaxConnectionsPerGuest; i++)
        {
            leases.Add(gate.TryEnter(System.Net.IPAddress.Loopback)!);
            Assert.True(leases[^1].TryMarkKnown("greedy"));
        }

        using var more = gate.TryEnter(System.Net.IPAddress.Loopback)!;
        Assert.False(more.TryMarkKnown("greedy"));
        Assert.True(more.TryMarkKnown("other"));
        leases[0].Dispose();
        using var next = gate.TryEnter(System.Net.IPAddress.Loopback)!;
        Assert.True(next.TryMarkKnown("greedy"));
        foreach (var lease in leases) lease.Dispose();
    }

    [Fact]
    public void An_identity_stays_the_same_and_is_closed_to_others()
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "id");
        var fingerprints = Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ =>
        {
            using var identity = PeerIdentity.LoadOrCreate(path);
            return identity.Fingerprint;
        }).ToHashSet();
        Assert.True(PeerIdentity.IsFingerprint(Assert.Single(fingerprints)));
        var file = Assert.Single(Directory.GetFiles(path));
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
        Assert.Throws<InvalidOperationException>(() => PeerIdentity.LoadOrCreate(path));
    }

    private static PeerAddress Address(string text) => PeerAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    private static Invite Invite(TestServer server, byte[] secret) => new()
    {
        Addresses = [server.Address], HostFingerprint = server.Identity.Fingerprint, Secret = secret, ExpiresAt = DateTimeOffset.UtcNow.AddHours(1), Share = "work",
    };
}
