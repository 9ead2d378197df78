using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;

namespace Sync.Engine.Replicas;

/// <content>Waits until all that was done before is told, applied or durable.</content>
internal sealed partial class Replica
{
    private long _nextFlush;

    /// <inheritdoc/>
    public Task<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancel) => FlushAsync(timeout, FlushScope.All, cancel);

    public async Task<FlushResult> FlushAsync(TimeSpan timeout, FlushScope scope, CancellationToken cancel)
    {
        var started = _options.Time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping.Token);
        limit.CancelAfter(timeout);
        while (true)
        {
            try
            {
                return await FlushOnceAsync(started, timeout, scope, limit.Token, cancel).ConfigureAwait(false);
            }
            catch (LinkException)
            {
                // The link went, as when the host changes this guest's rights, and comes again: until the time is over that is no end.
            }
        }
    }

    private async Task<FlushResult> FlushOnceAsync(long started, TimeSpan timeout, FlushScope scope, CancellationToken limit, CancellationToken cancel)
    {
        try
        {
            await Poll(() => Obstacle() is not null || (_link is not null && _outbox.Send is not null && _observer.HasScanned), limit, wantLink: true).ConfigureAwait(false);
            if (await Loop.CallAsync(Obstacle, limit).ConfigureAwait(false) is { } obstacle) return End(obstacle.Outcome, obstacle.Reason, []);

            Loop.Post(_stuck.TryAgain);
            IReadOnlyList<Problem> theirs = [];
            await UntilRulesRestAsync(async () =>
            {
                await Unless(OnLoop(done => _flusher.DrainLocal(scope, done)), limit).ConfigureAwait(false);
                var upTo = Revision.Zero;
                if (!_isHost)
                {
                    var reached = await Loop.CallAsync(AskHost, limit).ConfigureAwait(false);
                    var answer = await reached.WaitAsync(limit).ConfigureAwait(false);
                    upTo = answer.Revision;
                    theirs = answer.Problems;
                }
                else upTo = await Loop.CallAsync(() => Reconciler.Planner.Committed, limit).ConfigureAwait(false);

                await Unless(OnLoop(done => _flusher.DrainRemote(upTo, scope, done)), limit).ConfigureAwait(false);
            }, limit).ConfigureAwait(false);
            if (scope.Durable && !await IsDurable().WaitAsync(limit).ConfigureAwait(false)) return End(FlushOutcome.Problems, "the disk could not be synced", []);
            var problems = await Loop.CallAsync(() => Blocking(), limit).ConfigureAwait(false);
            // What cannot be read here cannot be read there either: modes travel. A path counts once.
            var all = problems.Concat(theirs).Where(p => scope.Holds(p.Path)).DistinctBy(p => (p.Path, p.Code)).ToArray();
            return End(all.Length == 0 ? FlushOutcome.Complete : FlushOutcome.Problems, all.Length == 0 ? null : $"{all.Length} paths are not in sync", all);
        }
        catch (FlushObstacleException e)
        {
            return End(e.Outcome, e.Message, []);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested && !_stopping.IsCancellationRequested)
        {
            var (obstacle, pending) = await Loop.CallAsync(() => (Obstacle(), PendingPaths()), CancellationToken.None).ConfigureAwait(false);
            if (_link is null && obstacle is null) return End(_refused is null ? FlushOutcome.Disconnected : FlushOutcome.Refused, _unlinked, []);
            return obstacle is { } o ? End(o.Outcome, o.Reason, []) : End(FlushOutcome.TimedOut, $"not done within {timeout.TotalSeconds:0.#} s", pending);
        }

        FlushResult End(FlushOutcome outcome, string? reason, IReadOnlyList<Problem> problems) =>
            new(outcome, reason, problems, _options.Time.GetElapsedTime(started));
    }

    private Task<HostMessage.FlushReached> AskHost()
    {
        if (_outbox.Send is null) throw new LinkException(LinkFailure.Unreachable, _unlinked ?? "No link to the host.");
        var id = _nextFlush++;
        var waiting = new TaskCompletionSource<HostMessage.FlushReached>(TaskCreationOptions.RunContinuationsAsynchronously);
        _flushes.Add(id, waiting);
        _outbox.Send(new GuestMessage.Flush(id));
        return waiting.Task;
    }

    private List<Problem> PendingPaths() =>
        [.. _flusher.Behind.Where(IsPending).Take(20).Select(n => new Problem(Trees.DisplayPath(n), ProblemCodes.Pending, "Still on its way."))];

    private List<Problem> Blocking() =>
        [.. _context.Problems.All.Where(p => p.Code is ProblemCodes.Unreadable or ProblemCodes.Unmaterialised or ProblemCodes.NoSpace or ProblemCodes.Unavailable or ProblemCodes.Refused)];

    private Task<bool> IsDurable()
    {
        var durable = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => _flusher.MakeDurable(ok => durable.TrySetResult(ok)));
        return durable.Task;
    }

    private Task OnLoop(Action<Action> start)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => start(() => done.TrySetResult()));
        return done.Task;
    }

    private (FlushOutcome Outcome, string? Reason)? Obstacle()
    {
        if (_halt is not null) return (FlushOutcome.Halted, _halt);
        if (_paused || _hostPaused) return (FlushOutcome.Paused, _paused ? "paused; 'resume' goes on" : "paused on the host");
        return _refused is not null ? (FlushOutcome.Refused, _unlinked) : null;
    }

    /// <summary>Waits for work to end, but not past a halt, a pause, or the loss of the link.</summary>
    private async Task Unless(Task work, CancellationToken cancel)
    {
        while (!work.IsCompleted)
        {
            var status = Status;
            var changed = StatusChangedAsync(status, cancel);
            await Task.WhenAny(work, changed).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (work.IsCompleted) break;
            if (await Loop.CallAsync(Obstacle, cancel).ConfigureAwait(false) is { } obstacle) throw new FlushObstacleException(obstacle.Outcome, obstacle.Reason ?? "");
        }

        await work.ConfigureAwait(false);
    }

    private async Task Poll(Func<bool> condition, CancellationToken cancel, bool wantLink)
    {
        while (true)
        {
            var status = Status;
            if (await Loop.CallAsync(condition, cancel).ConfigureAwait(false)) return;
            if (wantLink) WakeLink();
            await StatusChangedAsync(status, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Returns when what is on this disk now is in the journal.</summary>
    public async Task LookAsync(Func<Task<Revision>> committed)
    {
        await Unless(OnLoop(done => _flusher.DrainLocal(FlushScope.All, done)), _stopping.Token).ConfigureAwait(false);
        await committed().WaitAsync(_stopping.Token).ConfigureAwait(false);
    }

    /// <summary>For a guest's flush: what is on the host's disk now is in the journal, and what the journal has is on the host's disk, durably.</summary>
    public async Task<(Revision UpTo, IReadOnlyList<Problem> Problems)> SettleAsync(Func<Task<Revision>> committed, CancellationToken cancel)
    {
        Loop.Post(_stuck.TryAgain);
        var upTo = Revision.Zero;
        await UntilRulesRestAsync(async () =>
        {
            await Unless(OnLoop(done => _flusher.DrainLocal(FlushScope.All, done)), cancel).ConfigureAwait(false);
            upTo = await committed().ConfigureAwait(false);
            // The host's own replica hears of that revision in a moment.
            await Poll(() => Reconciler.Planner.Committed >= upTo || _link is null, cancel, wantLink: false).ConfigureAwait(false);
            await Unless(OnLoop(done => _flusher.DrainRemote(upTo, FlushScope.All, done)), cancel).ConfigureAwait(false);
        }, cancel).ConfigureAwait(false);
        var ok = await IsDurable().WaitAsync(cancel).ConfigureAwait(false);
        var problems = await Loop.CallAsync(() => Blocking(), cancel).ConfigureAwait(false);
        if (!ok) problems.Add(new Problem(".", ProblemCodes.NoSpace, "The host's disk could not be synced."));
        return (upTo, problems);
    }

    /// <summary>Drains again while what it has put in place changed ignore rules: what they no longer leave out was on this disk at the call, too.</summary>
    private async Task UntilRulesRestAsync(Func<Task> drain, CancellationToken cancel)
    {
        while (true)
        {
            var before = await Loop.CallAsync(() => _observer.RulesPlaced, cancel).ConfigureAwait(false);
            await drain().ConfigureAwait(false);
            if (await Loop.CallAsync(() => _observer.RulesPlaced, cancel).ConfigureAwait(false) == before) return;
        }
    }
}
