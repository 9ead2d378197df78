using Microsoft.Extensions.Logging;
using Sync.Engine.Replicas;

namespace Sync.Shared.Replicas;

/// <summary>
/// A configured replica, running or not. One that cannot start (its directory is missing, its disk not mounted) is shown as halted with
/// the reason and tried again with growing pauses, while the others go on. One whose directory goes while it runs (a disk that is pulled out) is closed,
/// and opened again when the directory is back; and so is one in which something went wrong that cannot, for it may wait for ever.
/// </summary>
internal sealed class ReplicaSlot : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A replica that ran for so long is opened again at once.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(1);

    private readonly Func<bool, CancellationToken, Task<IReplica>> _open;
    private readonly Func<IReplica, CancellationToken, Task> _opened;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _resuming = new(1);
    private Task _starting = Task.CompletedTask;
    private volatile IReplica? _replica;
    private volatile bool _acceptRoot;
    private volatile ReplicaStatus _beforeStart = new() { State = ReplicaState.Scanning };
    private TaskCompletionSource _changed = NewSignal();
    private TaskCompletionSource _retry = NewSignal();

    /// <summary>Nothing runs yet: see <see cref="Start"/>.</summary>
    /// <param name="label">What it is called.</param>
    /// <param name="open">Opens the replica; told whether a person accepted the directory as it is.</param>
    /// <param name="opened">Called when commands reach the replica: brings to it what was configured while it opened.</param>
    /// <param name="paused">Whether it starts paused.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where failures are told.</param>
    public ReplicaSlot(
        ReplicaLabel label,
        Func<bool, CancellationToken, Task<IReplica>> open,
        Func<IReplica, CancellationToken, Task> opened,
        bool paused,
        TimeProvider time,
        ILogger log)
    {
        Label = label;
        Paused = paused;
        _open = open;
        _opened = opened;
        _time = time;
        _log = log;
    }

    public ReplicaLabel Label { get; }

    /// <summary>Whether a person paused it; applied at each start.</summary>
    public bool Paused { get; set; }

    /// <summary>The replica; null while it cannot start.</summary>
    public IReplica? Replica => _replica;

    public ReplicaStatus Status => _replica?.Status ?? _beforeStart;

    /// <summary>The status of now; what was last known of a replica that is busy for longer than a second or just ending.</summary>
    public async Task<ReplicaStatus> StatusNowAsync(CancellationToken cancel)
    {
        if (_replica is not { } replica)
            return Status;
        try
        {
            return await replica.StatusNowAsync(cancel).WaitAsync(StatusPatience, _time, cancel);
        }
        catch (Exception e) when (e is TimeoutException or ObjectDisposedException)
        {
            return Status;
        }
    }

    /// <summary>Waits while the replica is still opening, up to <paramref name="patience"/>; one that cannot start is not waited for.</summary>
    public async Task StartedAsync(TimeSpan patience, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(patience, _time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            while (_replica is null && Status is { State: ReplicaState.Scanning } status)
                await ChangedAsync(status, over.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Not in time: the status tells.
        }
    }

    /// <summary>Begins to start it. Returns at once.</summary>
    public void Start()
    {
        lock (_lock)
            _starting = Task.Run(StartAsync);
    }

    /// <summary>Goes on after a pause or a halt. One that could not start tries again now; one whose directory is no longer the one it holds open
    /// is opened anew.</summary>
    /// <param name="force">Accepts what a safety halt asked about.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task ResumeAsync(bool force, CancellationToken cancel)
    {
        await _resuming.WaitAsync(cancel);
        try
        {
            Paused = false;
            _acceptRoot = force;
            if (_replica is not { } replica)
            {
                lock (_lock)
                    _retry.TrySetResult();
            }
            else if (!replica.Status.RootLost)
            {
                await replica.ResumeAsync(force, cancel);
            }
            else
            {
                _beforeStart = new ReplicaStatus { State = ReplicaState.Scanning };
                _replica = null;
                await replica.DisposeAsync();
                Signal();
                Start();
            }
        }
        finally
        {
            _resuming.Release();
        }
    }

    /// <summary>Completes when <see cref="Status"/> is another than <paramref name="since"/>.</summary>
    public async Task ChangedAsync(ReplicaStatus since, CancellationToken cancel)
    {
        Task changed;
        lock (_lock)
        {
            if (!ReferenceEquals(Status, since) && _replica is null)
                return;
            changed = _changed.Task;
        }

        if (_replica is { } replica)
            await replica.StatusChangedAsync(since, cancel);
        else
            await changed.WaitAsync(cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _resuming.WaitAsync();
        await _starting;
        if (_replica is { } replica)
            await replica.DisposeAsync();
        _closing.Dispose();
        _resuming.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task StartAsync()
    {
        var pause = FirstPause;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var replica = await _open(_acceptRoot, _closing.Token);
                var paused = Paused;
                if (paused)
                    await replica.PauseAsync(_closing.Token);
                _acceptRoot = false;
                _replica = replica;
                Signal();
                await CatchUpAsync(replica, paused);
                var since = _time.GetTimestamp();
                if (!await IsLostAsync(replica) || !await CloseAsync(replica))
                    return;
                if (!replica.Status.HasDefect || _time.GetElapsedTime(since) >= Settled)
                    pause = FirstPause;
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever keeps one replica from starting must not stop the others; it is shown and tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                ShowFailure(e, pause);
            }

            await PauseAsync(pause);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Waits until the directory that a replica holds open is not at its path any more, or it has a defect: true; or until it ends: false.</summary>
    private async Task<bool> IsLostAsync(IReplica replica)
    {
        try
        {
            while (replica.Status is var status && !status.RootLost && !status.HasDefect)
                await replica.StatusChangedAsync(status, _closing.Token);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Closes a replica whose directory is gone, so that nothing holds on to what is to be unmounted, or that has a defect. False if it has been opened anew meanwhile.</summary>
    private async Task<bool> CloseAsync(IReplica replica)
    {
        await _resuming.WaitAsync(_closing.Token);
        try
        {
            if (!ReferenceEquals(_replica, replica))
                return false;
            var reason = replica.Status.HasDefect ? "something went wrong that cannot (the log has it): it starts again, as after a kill" : replica.Status.Reason;
            _beforeStart = new ReplicaStatus { State = ReplicaState.Halted, Reason = reason };
            _replica = null;
            await replica.DisposeAsync();
            Signal();
            return true;
        }
        finally
        {
            _resuming.Release();
        }
    }

    /// <summary>Brings to a replica what was asked while it opened: commands found nothing to tell then.</summary>
    private async Task CatchUpAsync(IReplica replica, bool paused)
    {
        try
        {
            if (Paused != paused)
                await (Paused ? replica.PauseAsync(_closing.Token) : replica.ResumeAsync(force: false, _closing.Token));
            await _opened(replica, _closing.Token);
        }
        catch (ObjectDisposedException)
        {
            // It is ending, and what is configured is remembered for the next start.
        }
    }

    private void ShowFailure(Exception failure, TimeSpan pause)
    {
        if (!string.Equals(_beforeStart.Reason, failure.Message, StringComparison.Ordinal))
        {
            if (failure is ReplicaStartException expected)
                ReplicaLog.CannotStart(_log, Label.Share, Label.Path, expected.Message);
            else
                ReplicaLog.StartFailed(_log, failure, Label.Share, Label.Path);
        }

        ReplicaLog.Retrying(_log, Label.Share, pause);
        _beforeStart = new ReplicaStatus { State = ReplicaState.Halted, Reason = failure.Message };
        Signal();
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        Task retry;
        lock (_lock)
        {
            if (_retry.Task.IsCompleted)
                _retry = NewSignal();
            retry = _retry.Task;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        await Task.WhenAny(retry, Task.Delay(pause, _time, over.Token));
        await over.CancelAsync();
    }

    private void Signal()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            changed = _changed;
            _changed = NewSignal();
        }

        changed.TrySetResult();
    }
}
