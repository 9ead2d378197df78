using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Pairing;
using Sync.Protocol.Serving;

namespace Sync.Protocol.Tests.Parts;

/// <summary>A real server on loopback, with one guest that it knows.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TempDirectory _directory;

    private TestServer(WebApplication app, TempDirectory directory, FakeHost host, PeerIdentity identity, PeerIdentity guest)
    {
        _app = app;
        _directory = directory;
        Host = host;
        Identity = identity;
        Guest = guest;
        Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    public FakeHost Host { get; }

    public PeerIdentity Identity { get; }

    public PeerIdentity Guest { get; }

    public int Port { get; }

    public string Address => "127.0.0.1:" + Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The same server by a Unix socket.</summary>
    public string UnixAddress => "unix:" + SocketIn(_directory);

    public static async Task<TestServer> StartAsync(TimeProvider? time = null)
    {
        var directory = new TempDirectory();
        var host = new FakeHost();
        var identity = PeerIdentity.LoadOrCreate(Path.Combine(directory.Path, "host"));
        var guest = PeerIdentity.LoadOrCreate(Path.Combine(directory.Path, "guest"));
        host.Guests[guest.Fingerprint] = "guest";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("SYNC_TEST_LOG") is { Length: > 0 }) builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton<IShareServer>(host).AddSingleton<IPairingDesk>(host).AddSingleton<IGuestDirectory>(host);
        if (time is not null) builder.Services.AddSingleton(time);
        builder.Services.AddSyncPeer();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k =>
        {
            k.ListenPeer(new IPEndPoint(IPAddress.Loopback, 0), identity);
            k.ListenPeer(new UnixDomainSocketEndPoint(SocketIn(directory)), identity);
        });
        var app = builder.Build();
        app.MapSyncPeer();
        // Another endpoint of the same server, such as the control API is.
        app.MapPost("/control", static () => "reached");
        await app.StartAsync();
        return new TestServer(app, directory, host, identity, guest);
    }

    public GrpcHostConnector Connector(PeerIdentity? me = null, string? fingerprint = null, TimeProvider? time = null, params string[] addresses) =>
        new(addresses.Length > 0 ? addresses : [Address], fingerprint ?? Identity.Fingerprint, me ?? Guest, time ?? TimeProvider.System, NullLoggerFactory.Instance);

    public PeerIdentity Stranger(string name) => PeerIdentity.LoadOrCreate(Path.Combine(_directory.Path, name));

    public T Service<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    private static string SocketIn(TempDirectory directory) => Path.Combine(directory.Path, "peer.sock");

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Identity.Dispose();
        Guest.Dispose();
        _directory.Dispose();
    }
}
