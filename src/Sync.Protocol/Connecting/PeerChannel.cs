using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Sync.Protocol.Identities;
using Sync.Protocol.Mapping;

namespace Sync.Protocol.Connecting;

/// <summary>One HTTP/2 connection to a host: TLS 1.3, pinned, no proxy.</summary>
internal static class PeerChannel
{
    /// <summary>Fills a 25 ms link at line speed; the default gave 2 MB/s (grpc-dotnet #1238).</summary>
    private const int StreamWindow = 8 << 20;

    /// <summary>What is done once, and has no agent that would try again, waits longer for a host that has taken its connection: fifty build agents on two processors, all of which
    /// begin in the same second, took more than ten seconds for their handshakes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>All of TLS 1.3, that with ten rounds of AES instead of fourteen first: of a transfer's processor time sealing and opening are a tenth.</summary>
    private static readonly CipherSuitesPolicy? QuickFirst = OperatingSystem.IsLinux()
        ? new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256])
        : null;

    public static GrpcChannel Open(PeerAddress address, PinnedHost host, PeerIdentity me, bool manyConnections, ILoggerFactory logging, bool isBulk = false, TimeSpan? patience = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = manyConnections,
            InitialHttp2StreamWindowSize = StreamWindow,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectTimeout = patience ?? PeerDialer.ReachedWithin,
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            ConnectCallback = (_, cancel) => PeerDialer.ConnectAsync(address, cancel),
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = SslStreamCertificateContext.Create(me.Certificate, additionalCertificates: null, offline: true),
                RemoteCertificateValidationCallback = host.Validate,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                CertificateChainPolicy = NoChain.Policy(),
                AllowTlsResume = false,
                AllowRenegotiation = false,
            },
        };
        if (isBulk && OperatingSystem.IsLinux()) handler.SslOptions.CipherSuitesPolicy = QuickFirst;
        // Given as a client, the handler is used as it is: the channel's own reconnecting, with its minutes of back-off, stays out of the way.
        return GrpcChannel.ForAddress("https://" + address.Authority, new GrpcChannelOptions
        {
            HttpClient = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = WireLimits.MaxMessage,
            MaxSendMessageSize = WireLimits.MaxMessage,
            MaxRetryAttempts = null,
            // As on the host: frames have a packing of their own.
            CompressionProviders = [],
            LoggerFactory = logging,
        });
    }
}
