using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Web.Api;

namespace Sync.Web.Dashboard.Watching;

/// <summary>
/// Watches the host with one token: status and events come in as they change, viewers are told at most four times a second, and once a second a
/// sample is taken for the charts. Reading is safe from any thread.
/// </summary>
internal sealed class HostWatch : IAsyncDisposable
{
    private const int EventsKept = 200;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SamplePace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly HostCalls _host;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _dirty = new(0, 1);
    private readonly Lock _lock = new();
    private readonly RateMeter _meter;
    private readonly Task _running;
    private volatile HostPicture _picture = HostPicture.Empty;

    /// <summary>Begins at once.</summary>
    public HostWatch(HostCalls host, TimeProvider time)
    {
        _host = host;
        _time = time;
        _meter = new RateMeter(time);
        _running = Task.WhenAll(
            Task.Run(() => KeepAsync(WatchStatusAsync)), Task.Run(() => KeepAsync(WatchEventsAsync)), Task.Run(TellAsync), Task.Run(SampleAsync));
    }

    /// <summary>There is a new <see cref="Picture"/>. Handlers return at once and do not throw.</summary>
    public event Action? Changed;

    /// <summary>There is a new sample. Handlers return at once and do not throw.</summary>
    public event Action? Sampled;

    /// <summary>The latest.</summary>
    public HostPicture Picture => _picture;

    /// <summary>Throughput and latency of the last minutes.</summary>
    public SampleSeries Samples { get; } = new();

    /// <summary>Completes when the host has answered, or was found not to.</summary>
    public Task First => _first.Task;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _running;
        _closing.Dispose();
        _dirty.Dispose();
    }

    private async Task WatchStatusAsync(CancellationToken cancel)
    {
        using var watch = _host.Agent.WatchStatus(new StatusRequest { IntervalMs = (int)Pace.TotalMilliseconds }, cancellationToken: cancel);
        await foreach (var status in watch.ResponseStream.ReadAllAsync(cancel))
        {
            _meter.Take(status);
            Update(p => p with { Status = status, Rates = _meter.Rates, Trouble = null });
        }
    }

    private async Task WatchEventsAsync(CancellationToken cancel)
    {
        // The stream begins before the list is asked for, so nothing falls between; what both tell counts once.
        using var watch = _host.Events.WatchEvents(new WatchEventsRequest(), cancellationToken: cancel);
        await watch.ResponseHeadersAsync;
        var latest = await _host.Events.ListEventsAsync(new ListEventsRequest { Limit = EventsKept }, cancellationToken: cancel);
        Update(p => p with { Events = [.. latest.Events] });
        await LookAtPoliciesAsync(cancel);
        await foreach (var what in watch.ResponseStream.ReadAllAsync(cancel))
        {
            Update(p => p.Events.Count > 0 && p.Events[0].Id >= what.Id ? p : p with { Events = [what, .. p.Events.Take(EventsKept - 1)] });
            if (what is { Kind: "settings" } or { Kind: "share-state", State: "paused" })
                await LookAtPoliciesAsync(cancel);
        }
    }

    private async Task LookAtPoliciesAsync(CancellationToken cancel)
    {
        var shares = await _host.Registry.ListSharesAsync(new ListSharesRequest(), cancellationToken: cancel);
        Update(p => p with { OnDemand = [.. shares.Shares.Where(s => s.Policy.OnDemand).Select(s => s.Name)] });
    }

    /// <summary>Begins anew, with growing pauses, what ended or failed; until the token is refused.</summary>
    private async Task KeepAsync(Func<CancellationToken, Task> watch)
    {
        var pause = FirstPause;
        while (!_closing.IsCancellationRequested)
        {
            var started = _time.GetTimestamp();
            try
            {
                await watch(_closing.Token);
            }
            catch (Exception e) when (_closing.IsCancellationRequested && e is RpcException or OperationCanceledException)
            {
                return;
            }
            catch (RpcException e)
            {
                var signedOut = e.StatusCode is StatusCode.Unauthenticated;
                Update(p => p with { Trouble = HostErrors.InWords(e), SignedOut = signedOut || p.SignedOut });
                if (signedOut)
                    return;
            }

            pause = _time.GetElapsedTime(started) > LongestPause ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await Task.Delay(pause, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Update(Func<HostPicture, HostPicture> change)
    {
        lock (_lock)
        {
            var next = change(_picture);
            if (ReferenceEquals(next, _picture))
                return;
            _picture = next;
            if (_dirty.CurrentCount == 0)
                _dirty.Release();
        }

        if (_picture is { Status: not null } or { Trouble: not null })
            _first.TrySetResult();
    }

    private async Task TellAsync()
    {
        try
        {
            while (true)
            {
                await _dirty.WaitAsync(_closing.Token);
                Changed?.Invoke();
                await Task.Delay(Pace, _time, _closing.Token);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        finally
        {
            _first.TrySetResult();
        }
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(SamplePace, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token))
            {
                if (_picture.Status is not { } status)
                    continue;
                // What has stopped changing tells no more: its rate falls by itself.
                _meter.Take(status);
                Update(p => p.Rates == _meter.Rates ? p : p with { Rates = _meter.Rates });
                Samples.Add(_meter.Sample(status));
                Sampled?.Invoke();
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
    }
}
