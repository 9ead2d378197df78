using System.Globalization;
using Microsoft.Extensions.Logging;
using Sync.Engine.Replicas;
using Sync.Host.Events;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Replicas;

namespace Sync.Host.Jobs;

/// <summary>
/// One job: in from all its guests, into the journal, out to all of them; again whenever a guest that was away comes back, until one such
/// round is complete on every one. Safe from any thread.
/// </summary>
internal sealed class JobRun
{
    private readonly Lock _lock = new();
    private readonly IReplicaSet _replicas;
    private readonly Func<string, bool> _mayUse;
    private readonly OnDemandShares _onDemand;
    private readonly EventLog _events;
    private readonly JobStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cancelled = new();
    private readonly JobMeter _meter = new();
    private JobRecord _record;
    private Task _running = Task.CompletedTask;

    /// <summary>Nothing of it runs yet: see <see cref="Start"/>.</summary>
    /// <param name="record">What is asked for.</param>
    /// <param name="replicas">The host's shares.</param>
    /// <param name="mayUse">Whether a guest of that name has a right to the share still.</param>
    /// <param name="onDemand">Lets things move where only jobs may.</param>
    /// <param name="events">Told when it begins and ends.</param>
    /// <param name="store">Keeps how it ended.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where defects go.</param>
    public JobRun(
        JobRecord record, IReplicaSet replicas, Func<string, bool> mayUse, OnDemandShares onDemand, EventLog events, JobStore store, TimeProvider time, ILogger log)
    {
        _record = record;
        _replicas = replicas;
        _mayUse = mayUse;
        _onDemand = onDemand;
        _events = events;
        _store = store;
        _time = time;
        _log = log;
        if (record.HasEnded)
            _ended.SetResult();
    }

    /// <summary>As it stands.</summary>
    public JobRecord Record
    {
        get
        {
            lock (_lock)
                return _record;
        }
    }

    /// <summary>Begins, or begins again after a restart of the host. Returns at once.</summary>
    /// <param name="closing">The host ends: the job stays as it is and goes on at the next start.</param>
    public void Start(CancellationToken closing)
    {
        Tell(Record);
        _running = Task.Run(() => RunAsync(closing), CancellationToken.None);
    }

    /// <summary>Completes when the job has ended, or the time is over.</summary>
    public async Task EndedAsync(TimeSpan wait, CancellationToken cancel)
    {
        try
        {
            await _ended.Task.WaitAsync(wait, _time, cancel);
        }
        catch (TimeoutException)
        {
            // Not yet: as it stands, then.
        }
    }

    /// <summary>Ends it, and waits until it has.</summary>
    public async Task CancelAsync()
    {
        await _cancelled.CancelAsync();
        await _ended.Task;
    }

    /// <summary>Completes when nothing of it runs any more.</summary>
    public Task StoppedAsync() => _running;

    /// <summary>For the API.</summary>
    public Job Describe() => JobMapping.ToJob(Record, _meter.Read());

    private async Task RunAsync(CancellationToken closing)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(closing, _cancelled.Token);
        var left = Record.CreatedAt + Record.Timeout - _time.GetUtcNow();
        using var timer = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, timer.Token);
        try
        {
            await WorkAsync(any.Token);
        }
        catch (OperationCanceledException) when (_cancelled.IsCancellationRequested)
        {
            End(JobState.Cancelled, "cancelled", Outcomes(p => p.IsComplete ? p : p with { Outcome = JobPart.Cancelled }));
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // It goes on at the next start.
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            End(JobState.Failed, string.Create(CultureInfo.InvariantCulture, $"not done within {Record.Timeout.TotalSeconds:0.###} s"), Outcomes(p => p.Outcome is JobPart.Waiting ? p with { Outcome = "timed-out" } : p));
        }
        catch (CommandFailure e)
        {
            End(JobState.Failed, e.Message, Record.Parts);
        }
        catch (Exception e)
        {
            JobLog.Defect(_log, e, Record.Id);
            End(JobState.Failed, e.GetType().Name + ": " + e.Message, Record.Parts);
        }
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        var slot = await FindAsync(cancel);
        Change(r => r with { State = JobState.Running });
        Tell(Record);
        await _onDemand.OpenAsync(slot, cancel);
        using var metering = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var metered = _meter.WatchAsync(slot, Record.Guests, _time, metering.Token);
        (JobState State, string? Reason, IReadOnlyList<JobPart> Parts) end;
        try
        {
            end = await RoundsAsync(slot, cancel);
        }
        finally
        {
            await metering.CancelAsync();
            await metered;
            await _onDemand.CloseAsync(slot);
        }

        // Told when nothing moves any more: what is saved after it waits for the next job.
        End(end.State, end.Reason, end.Parts);
    }

    private async Task<(JobState State, string? Reason, IReadOnlyList<JobPart> Parts)> RoundsAsync(ReplicaSlot slot, CancellationToken cancel)
    {
        if (slot.Replica is not IHostShare share)
            throw new CommandFailure(ExitCode.Halted, $"share {Record.Share} is not running: {slot.Status.Reason}");
        var round = new JobRound(share, Record, () => KnownGuests(slot), _time);
        while (true)
        {
            var parts = await round.RunAsync(cancel);
            if (Record.Guests.Where(g => !_mayUse(g)).ToList() is { Count: > 0 } revoked)
                parts = [.. parts, .. revoked.Select(g => new JobPart(g, ReplicaWords.Of(FlushOutcome.Refused), $"guest '{Printable.Text(g)}' has no right to share {Record.Share} any more"))];
            Change(r => r with { Parts = parts });
            if (parts.All(p => p.IsComplete))
                return (JobState.Done, null, parts);
            if (parts.FirstOrDefault(p => !p.IsComplete && p.Outcome is not JobPart.Offline) is { } failed)
                return (JobState.Failed, failed.Reason ?? failed.Outcome, parts);

            // Only guests that are away are left: something changes in the share's status when one comes, or is no guest any more.
            await WaitForGuestAsync(slot, parts, cancel);
        }
    }

    private async Task WaitForGuestAsync(ReplicaSlot slot, IReadOnlyList<JobPart> parts, CancellationToken cancel)
    {
        var away = parts.Where(p => p.Outcome is JobPart.Offline).Select(p => p.Guest).ToHashSet(StringComparer.Ordinal);
        while (slot.Status is var now && !now.Guests.Any(g => g is { Connected: true, IsVisit: false } && away.Contains(g.Name)) && away.IsSubsetOf(KnownGuests(slot)))
            await slot.ChangedAsync(now, cancel);
    }

    private async Task<ReplicaSlot> FindAsync(CancellationToken cancel)
    {
        var slot = _replicas.Slots.FirstOrDefault(s => string.Equals(s.Label.Share, Record.Share, StringComparison.Ordinal))
            ?? throw CommandFailure.NotFound($"share {Record.Share} was removed");
        await slot.StartedAsync(Record.Timeout, cancel);
        return slot;
    }

    private List<string> KnownGuests(ReplicaSlot slot)
    {
        if (Record.Guests.Count > 0)
            return [.. Record.Guests.Where(_mayUse)];
        var info = new ReplicaInfo { Name = slot.Label.Share };
        // Who is here to push alone follows nothing that could be waited for.
        info.Guests.AddRange(slot.Status.Guests.Where(g => !g.IsVisit).Select(g => new ReplicaGuestInfo { Name = g.Name, Fingerprint = g.Fingerprint }));
        _replicas.AddKnownGuests(info);
        return [.. info.Guests.Select(g => g.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private List<JobPart> Outcomes(Func<JobPart, JobPart> change) => [.. Record.Parts.Select(change)];

    private void Change(Func<JobRecord, JobRecord> change)
    {
        lock (_lock)
            _record = change(_record);
    }

    private void End(JobState state, string? reason, IReadOnlyList<JobPart> parts)
    {
        Change(r => r with { State = state, Reason = reason, Parts = parts, EndedAt = _time.GetUtcNow() });
        try
        {
            _store.Save(Record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ran all the same; after a restart it runs again, which changes nothing where all is in sync.
            JobLog.NotSaved(_log, e, Record.Id);
        }

        Tell(Record);
        _ended.TrySetResult();
    }

    private void Tell(JobRecord job) => _events.Add(new HostEvent(EventKinds.Job)
    {
        Share = job.Share,
        Job = job.Id,
        State = JobMapping.WordOf(job.State),
        Text = job.Reason,
    });
}
