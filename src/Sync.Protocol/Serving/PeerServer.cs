using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sync.Protocol.Identities;
using Sync.Protocol.Mapping;
using Sync.Protocol.Pairing;
using Sync.Protocol.Transfers;

namespace Sync.Protocol.Serving;

/// <summary>Puts the peer protocol on a web server. Needs <see cref="Engine.Link.IShareServer"/>, <see cref="IPairingDesk"/> and
/// <see cref="IGuestDirectory"/> from the services.</summary>
public static class PeerServer
{
    private const string P256 = "1.2.840.10045.2.1";

    /// <summary>Adds what the peer protocol needs of its own.</summary>
    public static IServiceCollection AddSyncPeer(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IBulkLimits>(NoBulkLimits.Instance);
        services.AddSingleton<IConnectionListenerFactory, LineListenerFactory>();
        services.AddSingleton<ConnectionGate>();
        services.AddSingleton<PeerConnectionHandler>();
        services.AddSingleton<RedemptionLimiter>();
        services.AddSingleton<PairingCounter>();
        services.AddSingleton<SessionTable>();
        services.AddSingleton<MeasureDesk>();
        services.AddSingleton<PeerService>();
        services.AddSingleton<IStartupFilter, PeerPathFilter>();
        // No peer packs messages by gRPC: what nobody needs is not unpacked for strangers. Frames have a packing of their own.
        services.PostConfigure<GrpcServiceOptions>(static options => options.CompressionProviders.Clear());
        services.AddGrpc().AddServiceOptions<PeerService>(options =>
        {
            options.MaxReceiveMessageSize = WireLimits.MaxMessage;
            options.MaxSendMessageSize = WireLimits.MaxMessage;
            options.EnableDetailedErrors = false;
        });
        return services;
    }

    /// <summary>Maps the peer protocol's calls; only connections of <see cref="ListenPeer"/> reach them.</summary>
    public static IEndpointConventionBuilder MapSyncPeer(this IEndpointRouteBuilder endpoints) => endpoints.MapGrpcService<PeerService>();

    /// <summary>Listens for guests: HTTP/2 over TLS 1.3, both sides with a certificate, whatever carries it (TCP, a Unix socket, a byte pipe, vsock). Sets the server's HTTP/2 limits, which hold for all its endpoints.</summary>
    public static void ListenPeer(this KestrelServerOptions options, EndPoint endpoint, PeerIdentity me)
    {
        var limits = options.Limits;
        // Windows that fill 8 MiB of a 25 ms link at line speed; the defaults gave 2 MB/s.
        // What is read ahead of the link: with 64 KiB the reader and the link waited for each other by turns.
        limits.MaxResponseBufferSize = 512 << 10;
        limits.Http2.InitialConnectionWindowSize = 16 << 20;
        limits.Http2.InitialStreamWindowSize = 8 << 20;
        limits.Http2.MaxFrameSize = 64 << 10;
        limits.Http2.MaxStreamsPerConnection = 256;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        // A guest whose disk is busy reads slowly, and rightly so; one that is gone is found by pings and heartbeats.
        limits.MinResponseDataRate = null;

        options.Listen(endpoint, listen =>
        {
            var handler = options.ApplicationServices.GetRequiredService<PeerConnectionHandler>();
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => connection => handler.AdmitAsync(connection, next));
            listen.UseHttps(https =>
            {
                https.ServerCertificate = me.Certificate;
                https.SslProtocols = SslProtocols.Tls13;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.HandshakeTimeout = TimeSpan.FromSeconds(5);
                // Any key that is proven gets through here: who it is, is asked on each call. Other key types are refused for what they cost.
                https.ClientCertificateValidation = static (certificate, _, _) => certificate.PublicKey.Oid.Value == P256;
                https.OnAuthenticate = static (_, tls) => Harden(tls);
            });
            listen.Use(next => connection => handler.IdentifyAsync(connection, next));
            listen.Use(next => connection => WideOutput.RunAsync(connection, next));
        });
    }

    private static void Harden(SslServerAuthenticationOptions tls)
    {
        // A resumed session would not prove the key again.
        tls.AllowTlsResume = false;
        tls.AllowRenegotiation = false;
        tls.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        tls.CertificateChainPolicy = NoChain.Policy();
    }
}
