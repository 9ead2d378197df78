using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Sync.Shared.Data;
using Sync.Shared.Replicas;

namespace Sync.Shared.Control;

/// <summary>
/// The control API on its Unix socket, and the process's life as a service. It is a web server of its own: nothing that guests reach over
/// the network shares its routes.
/// </summary>
internal sealed class ControlServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ControlSocket _socket;

    private ControlServer(WebApplication app, ControlSocket socket)
    {
        _app = app;
        _socket = socket;
    }

    /// <summary>Begins to listen, and tells the service manager that the agent is ready.</summary>
    /// <param name="data">Where the socket is made; the caller holds the lock.</param>
    /// <param name="replicas">What commands work on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Adds log providers.</param>
    /// <param name="services">Adds what the role's own services need.</param>
    /// <param name="map">Maps the role's own services.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<ControlServer> StartAsync(
        DataDirectory data,
        IReplicaSet replicas,
        TimeProvider time,
        Action<ILoggingBuilder> logging,
        Action<IServiceCollection> services,
        Action<WebApplication> map,
        CancellationToken cancel)
    {
        var socket = new ControlSocket(data);
        var path = socket.Prepare();
        // Empty: the agent's configuration is its own, not appsettings.json in whatever directory it was started; nor is anything watched for that.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = data.Path, ApplicationName = "sync" });
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore();
        // By the variable that sd_notify(3) names. UseSystemd goes by the name of the parent process instead, which an agent whose unit says ProtectProc=invisible cannot see:
        // systemd would never hear that it has started.
        var watched = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));
        if (watched)
        {
            builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
            builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        builder.Services.AddGrpc(options => options.Interceptors.Add<ControlErrorInterceptor>());
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(replicas);
        builder.Services.AddSingleton<AgentService>();
        if (watched && Watchdog.Limit(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"), Environment.ProcessId) is { } limit)
            builder.Services.AddHostedService(provider => new Watchdog(provider.GetRequiredService<ISystemdNotifier>(), limit, time));
        services(builder.Services);
        var app = builder.Build();
        app.MapGrpcService<AgentService>();
        map(app);
        var server = new ControlServer(app, socket);
        try
        {
            await app.StartAsync(cancel);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the process was told to end.</summary>
    public async Task WaitForStopAsync()
    {
        var lifetime = _app.Services.GetRequiredService<IHostApplicationLifetime>();
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        await stopping.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _socket.Remove();
    }
}
