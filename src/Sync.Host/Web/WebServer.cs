using System.Net;
using Microsoft.Extensions.Logging;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Web;

/// <summary>
/// The web server of the API and the dashboard: a process of its own (<c>sync-web</c>), which knows nothing but the control socket. It is started with
/// the host, started again if it fails, and ends with the host: its standard input closes, whatever the host died of.
/// </summary>
internal sealed class WebServer : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly WebOptions _options;
    private readonly DataDirectory _data;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private Task _running = Task.CompletedTask;

    private WebServer(WebOptions options, DataDirectory data, TimeProvider time, ILogger log)
    {
        _options = options;
        _data = data;
        _time = time;
        _log = log;
    }

    /// <summary>Where it answers, such as https://127.0.0.1:8443.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts it, and returns when it answers.</summary>
    /// <exception cref="CommandFailure">It is not installed, or cannot have the address.</exception>
    public static async Task<WebServer> StartAsync(WebOptions options, DataDirectory data, TimeProvider time, ILogger log, CancellationToken cancel)
    {
        var server = new WebServer(options, data, time, log);
        var first = await server.LaunchAsync(options.Listen, cancel);
        server._running = Task.Run(() => server.KeepAsync(first), CancellationToken.None);
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _running;
        _closing.Dispose();
    }

    private async Task KeepAsync(WebProcess process)
    {
        var pause = FirstPause;
        while (true)
        {
            var started = _time.GetTimestamp();
            var ended = process.EndedAsync();
            await Task.WhenAny(ended, Task.Delay(Timeout.InfiniteTimeSpan, _closing.Token));
            if (_closing.IsCancellationRequested)
            {
                await process.StopAsync(EndPatience);
                return;
            }

            if (_time.GetElapsedTime(started) > LongestPause)
                pause = FirstPause;
            WebLog.Ended(_log, await ended, pause);
            await process.StopAsync(EndPatience);
            if (await AgainAsync(pause) is not { } next)
                return;
            process = next;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <returns>Null if the host ends.</returns>
    private async Task<WebProcess?> AgainAsync(TimeSpan pause)
    {
        while (true)
        {
            try
            {
                await Task.Delay(pause, _time, _closing.Token);
                // The port it had: those who use it know it.
                return await LaunchAsync(new IPEndPoint(_options.Listen.Address, new Uri(Address).Port), _closing.Token);
            }
            catch (CommandFailure e)
            {
                WebLog.NotStarted(_log, e.Message);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    private async Task<WebProcess> LaunchAsync(IPEndPoint listen, CancellationToken cancel)
    {
        var process = WebProcess.Launch(WebProgram.Find(), _data, listen, _options);
        try
        {
            Address = await process.ReadyAsync(cancel).WaitAsync(StartPatience, _time, cancel);
            return process;
        }
        catch (TimeoutException e)
        {
            await process.StopAsync(EndPatience);
            throw new CommandFailure("the web server did not answer in time; look at its messages above", e);
        }
        catch
        {
            await process.StopAsync(EndPatience);
            throw;
        }
    }
}
