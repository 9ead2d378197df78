using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sync.Engine.Link;
using Sync.Protocol.Identities;
using Sync.Protocol.Pairing;
using Sync.Protocol.Serving;
using Sync.Protocol.Transfers;
using Sync.Shared.Output;
using Sync.Shared.Settings;

namespace Sync.Host.Serving;

/// <summary>The web server that guests reach: nothing but the peer protocol is on it.</summary>
internal sealed class PeerListener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PeerListener(WebApplication app, IReadOnlyList<EndPoint> endpoints)
    {
        _app = app;
        Endpoints = endpoints;
    }

    /// <summary>Where it listens, with the port that was chosen.</summary>
    public IReadOnlyList<EndPoint> Endpoints { get; }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="CommandFailure">An address cannot be had. A serial line need not be there yet.</exception>
    public static async Task<PeerListener> StartAsync(
        IReadOnlyList<EndPoint> endpoints,
        PeerIdentity identity,
        IShareServer shares,
        IPairingDesk desk,
        IGuestDirectory guests,
        IBulkLimits limits,
        TimeProvider time,
        Action<ILoggingBuilder> logging,
        CancellationToken cancel)
    {
        // Empty: the others read appsettings.json of wherever this was started, and watch all that is below it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "sync" });
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var endpoint in endpoints)
                kestrel.ListenPeer(endpoint, identity);
        });
        // Signals are the control server's, which ends this one in its turn.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(shares);
        builder.Services.AddSingleton(desk);
        builder.Services.AddSingleton(guests);
        builder.Services.AddSingleton(limits);
        builder.Services.AddSyncPeer();
        var app = builder.Build();
        app.MapSyncPeer();
        foreach (var socket in endpoints.OfType<UnixDomainSocketEndPoint>())
            PeerSocket.Clear(socket.ToString());
        try
        {
            await app.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw Explain(e, endpoints);
        }

        // In the order in which they were asked for; of TCP's, only there is a port chosen.
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        var bound = endpoints.Select((endpoint, i) => endpoint is IPEndPoint tcp ? new IPEndPoint(tcp.Address, new Uri(addresses[i]).Port) : endpoint).ToList();
        foreach (var socket in endpoints.OfType<UnixDomainSocketEndPoint>())
            PeerSocket.Open(socket.ToString());
        return new PeerListener(app, bound);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        foreach (var socket in Endpoints.OfType<UnixDomainSocketEndPoint>())
            File.Delete(socket.ToString());
    }

    private static CommandFailure Explain(Exception error, IReadOnlyList<EndPoint> endpoints)
    {
        // Which of several it was is in the error's own words alone.
        if (endpoints is not [IPEndPoint endpoint])
            return new CommandFailure($"cannot listen on {ListenText.Format(endpoints)} ({error.Message}); choose others with --listen", error);
        var cause = error as SocketException ?? error.InnerException as SocketException ?? error.InnerException?.InnerException as SocketException;
        if (error.InnerException is AddressInUseException || cause?.SocketErrorCode == SocketError.AddressAlreadyInUse)
            return new CommandFailure($"{endpoint} is in use by another program; stop it, or choose another port with --listen", error);
        return cause?.SocketErrorCode switch
        {
            SocketError.AccessDenied => new CommandFailure(ExitCode.NotAllowed, $"this user may not listen on {endpoint}; choose a port above 1023 with --listen", error),
            SocketError.AddressNotAvailable => new CommandFailure($"{endpoint.Address} is no address of this machine; choose another with --listen", error),
            _ => new CommandFailure($"cannot listen on {endpoint} ({error.Message}); choose another with --listen", error),
        };
    }
}
