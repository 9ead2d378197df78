using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Store;
using Sync.Engine.Transfer;

namespace Sync.Engine.Replicas;

/// <content>The link: made, lost, made again; and what comes over it.</content>
internal sealed partial class Replica
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StreamGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RefusedRetry = TimeSpan.FromSeconds(60);

    /// <summary>Others that were told of something before it was durable connect again, and tell of it, within this time (<see cref="LastRetry"/>).</summary>
    private static readonly TimeSpan UnansweredKept = TimeSpan.FromSeconds(30);

    private readonly Dictionary<long, TaskCompletionSource<HostMessage.FlushReached>> _flushes = [];
    private TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _catchingUp;

    /// <summary>What is here may be there too, and is not proposed before the host has looked.</summary>
    private bool _hostLooks;

    /// <summary>Contents that the host asked for, being sent.</summary>
    private readonly HashSet<ContentId> _supplying = [];
    private long? _reportedAt;
    private (Action<GuestMessage>? Send, Revision Cursor, long In, long Bytes, int Problems) _reported;
    private bool _reportScheduled;

    /// <summary>The host's answer to its own flush requests of guests.</summary>
    public string ReplicaName
    {
        get => _index.ReplicaName;
        private set => _index.ReplicaName = _lateWrites.ReplicaName = Reconciler.ReplicaName = value;
    }

    /// <summary>Tries to connect now: the network came back.</summary>
    public void WakeLink() => Volatile.Read(ref _wake).TrySetResult();

    private async Task RunLinkAsync()
    {
        var cancel = _stopping.Token;
        var wait = FirstRetry;
        while (!cancel.IsCancellationRequested)
        {
            IHostLink? link = null;
            LinkException? failure = null;
            try
            {
                var hello = await Loop.CallAsync(Hello, cancel).ConfigureAwait(false);
                link = await _connect(this, hello, cancel).ConfigureAwait(false);
                wait = FirstRetry;
                await FollowAsync(link, cancel).ConfigureAwait(false);
            }
            catch (LinkException e)
            {
                failure = e;
            }
            catch (ChannelClosedException e)
            {
                failure = e.InnerException as LinkException ?? new LinkException(LinkFailure.Unreachable, "The link was closed.");
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                failure = new LinkException(LinkFailure.Unreachable, "stopping");
            }
            catch (OperationCanceledException)
            {
                failure = new LinkException(LinkFailure.Unreachable, "The link was closed.");
            }
            catch (ObjectDisposedException)
            {
                failure = new LinkException(LinkFailure.Unreachable, "The host is shutting down.");
            }
            finally
            {
                if (link is not null) await link.DisposeAsync().ConfigureAwait(false);
            }

            failure ??= new LinkException(LinkFailure.Unreachable, "The host ended the link.");
            Loop.Post(() => LoseLink(failure));
            if (cancel.IsCancellationRequested) return;
            var isFinal = failure.Failure is LinkFailure.NotAllowed or LinkFailure.Duplicate or LinkFailure.WrongPeer or LinkFailure.NoSuchShare or LinkFailure.Incompatible;
            var pause = isFinal ? RefusedRetry : wait * (0.5 + _options.Machine.Random.NextDouble());
            wait = wait * 2 < LastRetry ? wait * 2 : LastRetry;
            try
            {
                await Volatile.Read(ref _wake).Task.WaitAsync(pause, _options.Time, cancel).ConfigureAwait(false);
                Volatile.Write(ref _wake, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            catch (TimeoutException)
            {
                // Nobody has asked for it to be sooner.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private SessionHello Hello() => new()
    {
        Share = Share,
        SubPath = _options.SubPath,
        Epoch = _epoch,
        Cursor = Reconciler.Planner.Committed,
        Process = _options.Process,
        Direction = _options.Direction,
        ClockNs = _context.NowNs,
        TakesPatches = true,
    };

    private void ForgetMadeLater() => _context.After(UnansweredKept, () =>
    {
        if (_observer.HasScanned) Reconciler.ForgetMade();
        else ForgetMadeLater();
    });

    /// <summary>A stream of contents has ended while the link stands. If that does not end by itself, with the reason, it is made anew: a replica without
    /// a stream would wait for ever.</summary>
    private async Task BreakAsync(CancellationTokenSource link)
    {
        try
        {
            await Task.Delay(StreamGrace, _options.Time, link.Token).ConfigureAwait(false);
            await link.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // It has ended.
        }
    }

    private async Task FollowAsync(IHostLink link, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var outgoing = Channel.CreateUnbounded<GuestMessage>(new UnboundedChannelOptions { SingleReader = true });
        var sending = Task.Run(async () =>
        {
            await foreach (var message in outgoing.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
                await link.SendAsync(message, stop.Token).ConfigureAwait(false);
        }, stop.Token);
        try
        {
            while (await link.Incoming.WaitToReadAsync(stop.Token).ConfigureAwait(false))
            {
                while (link.Incoming.TryRead(out var message))
                {
                    if (message is HostMessage.Welcome welcome) await Loop.CallAsync(() => Welcome(link, welcome, outgoing.Writer, stop), cancel).ConfigureAwait(false);
                    else Loop.Post(() => Take(link, message));
                }
            }

            await link.Incoming.Completion.ConfigureAwait(false);
        }
        finally
        {
            outgoing.Writer.TryComplete();
            await stop.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool Welcome(IHostLink link, HostMessage.Welcome welcome, ChannelWriter<GuestMessage> outgoing, CancellationTokenSource stop)
    {
        _link = link;
        _linkStop = stop;
        _unlinked = null;
        _refused = null;
        _hostPaused = false;
        ReplicaName = welcome.ReplicaName;
        _isInDoubt = false;
        if (welcome.Root != Trees.Root.Id) Reroot(welcome.Root);
        else if (welcome.Reset) Void();
        else if (welcome.Epoch != _epoch)
        {
            if (!_isHost && !welcome.KeptDisk) Reconciler.Former.ForgetPlacing();
            Reconciler.DropTentative(welcome.Kept, welcome.KeptDisk && !_isHost);
        }

        // Of what this life does itself it is told. An index that was never saved knows no epoch, and the journal that stands beside it is still of this disk.
        if (_isHost && _epoch != welcome.Epoch && _hasFormerLife && (!welcome.Reset || _epoch == 0)) Reconciler.Planner.OwnUpTo = welcome.Head;
        if (welcome.TellsAll && !welcome.Reset) Reconciler.ExpectAll();
        _epoch = welcome.Epoch;
        _index.Epoch = _recent.Epoch = _epoch;
        _index.MarkValues();
        _catchingUp = true;
        _hostLooks = welcome.IsLooking;
        // The host's own replica is told of its policy directly: what a welcome says may be older by the time it is read.
        if (!_isHost) SetPolicy(welcome.Policy, welcome.Direction, welcome.ReadOnly);
        _outbox.AsksFirst = (_isJoining || welcome.Reset) && !_isHost && welcome.Direction == SyncDirection.SendOnly;
        _outbox.Send = message => outgoing.TryWrite(message);
        if (!_isHost)
        {
            var sender = new ContentSender(_context.Files, _context.Manifests, _context.Small, this) { Growing = _context.Growing };
            _outbox.Upload = (node, entry, basis, done) => _uploads.Add(entry, basis, done);
            _filler.Linked(link, welcome.Direction, welcome.IsLooking, stop.Token);
            _uploads.Start(link, sender, () => BreakAsync(stop), stop.Token);
            _fetcher.Start(link, new ContentReceiver(_context.Files, _context.Staging, _context.Manifests, null, this, long.MaxValue) { Bases = new SmallBases(_options.Machine) }, () => BreakAsync(stop), stop.Token);
        }

        _context.Log.LogLinked(Share, welcome.Epoch, welcome.Head.Value);
        Reconciler.EnqueueAll();
        ScheduleStatus();
        return true;
    }

    public Task ApplyPolicyAsync(SharePolicy policy, SyncDirection direction, CancellationToken cancel) => Loop.CallAsync(() =>
    {
        SetPolicy(policy, direction, readOnly: false);
        return true;
    }, cancel);

    private void SetPolicy(SharePolicy policy, SyncDirection direction, bool readOnly)
    {
        var rules = !policy.Ignore.SequenceEqual(_context.Policy.Ignore) || policy.VcsIgnore != _context.Policy.VcsIgnore;
        // What is on disk was observed without its owners so far.
        var owners = policy.Ownership && !Reconciler.Comparer.Ownership;
        _context.Policy = policy;
        Reconciler.Comparer.Ownership = policy.Ownership;
        _versions.Limits = new Versions.VersionLimits(policy.VersionDays, policy.VersionPercent);
        Reconciler.Planner.Direction = direction;
        Reconciler.Planner.ReadOnly = readOnly;
        _sendsEarly = _link?.TakesGrowing == true && direction is SyncDirection.TwoWay or SyncDirection.SendOnly && !readOnly;
        var isChange = _index.Rights is { } before && before != (direction, readOnly);
        _index.Rights = (direction, readOnly);
        // A kill before the next save would have the next life go by the former ones.
        if (isChange) _index.WhenDurable(static _ => { });
        if (rules || owners || direction == SyncDirection.SendOnly) _filler.Interrupt();
        if (rules) _observer.Rescan(reloadRules: true);
        else if (owners) _observer.Rescan();
        Reconciler.EnqueueAll();
    }

    /// <summary>The merge base is void: the journal is another than the one that was followed. What is here stays; everything is compared by content.</summary>
    private void Void()
    {
        Reconciler.DropTentative(Revision.Zero);
        if (Trees.Count == 1) return;
        if (_epoch != 0) _context.Log.LogNotice(Share, "the host's journal is not the one that was followed before: everything is compared by content");
        foreach (var node in Trees.All.ToArray())
        {
            if (node == Trees.Root) continue;
            node.Applied = null;
            Trees.SetSynced(node, null);
            Trees.SetRemote(node, null);
        }

        foreach (var node in Trees.All.ToArray())
        {
            if (node == Trees.Root || node.Id.IsProvisional) continue;
            Drop(node.Id);
            Trees.MakeProvisional(node);
        }

        Reconciler.Planner.ResetCommitted();
    }

    private void Reroot(EntryId root)
    {
        // The first session of a part of a share: its root is a directory of the journal. What was found on disk is known under the old root.
        Trees.SetRootId(root);
        Void();
        _indexWorker.Run(() => _store.Commit([], [new("root", EntryCodec.Int64(root.Value))]));
    }

    private void Take(IHostLink link, HostMessage message)
    {
        if (link != _link) return;
        switch (message)
        {
            case HostMessage.Entries entries:
                foreach (var (content, bytes) in entries.Inline)
                {
                    if (!_isHost) Interlocked.Add(ref _context.BytesReceived, bytes.Length);
                    if (bytes.Length <= Chunker.SingleChunkLength && _context.Small.Find(content) is null && Manifest.OfSmall(bytes.Span).Id == content) _context.Small.Add(content, bytes.ToArray());
                }

                foreach (var entry in entries.Items) Reconciler.Receive(entry);
                break;
            case HostMessage.Committed committed:
                Reconciler.Commit(committed.Revision);
                _index.MarkValues();
                if (_catchingUp)
                {
                    Reconciler.CaughtUp();
                    ForgetMadeLater();
                }

                _catchingUp = false;
                if (committed.HasLooked) _hostLooks = false;
                if (!_hostLooks) _filler.CaughtUp();
                break;
            case HostMessage.Outcomes outcomes:
                _outbox.Take(outcomes);
                break;
            case HostMessage.FlushReached reached:
                if (_flushes.Remove(reached.FlushId, out var waiting)) waiting.TrySetResult(reached);
                break;
            case HostMessage.FlushAsked asked:
                _ = AnswerFlushAsync(asked);
                break;
            case HostMessage.PolicyChanged changed:
                SetPolicy(changed.Policy, changed.Direction, changed.ReadOnly);
                break;
            case HostMessage.Paused paused:
                _hostPaused = paused.IsPaused;
                Reconciler.EnqueueAll();
                break;
            case HostMessage.Growing growing:
                if (growing.HasEnded || (CanPlan && !_catchingUp && !_hostLooks && Reconciler.Planner.Direction != SyncDirection.SendOnly)) _fetcher.Grow(growing);
                break;
            case HostMessage.ContentWanted wanted:
                SupplyHost(wanted);
                break;
        }

        ScheduleStatus();
    }

    /// <summary>Sends what the host lacks, if it is here: nothing but what its journal has already.</summary>
    private void SupplyHost(HostMessage.ContentWanted wanted)
    {
        if (_paused || Trees.Find(wanted.Entry)?.Remote is not { Deleted: false, Kind: EntryKind.File } entry || entry.Content != wanted.Content) return;
        if (Locate(wanted.Content, wanted.Entry) is null || !_supplying.Add(wanted.Content)) return;
        _uploads.Add(entry, default, (_, _) => _supplying.Remove(wanted.Content));
    }

    private async Task AnswerFlushAsync(HostMessage.FlushAsked asked)
    {
        // A replica of another part of the share has nothing to do with it.
        var result = asked.Scope.Within(_options.SubPath) is { } scope
            ? await FlushAsync(asked.Timeout, scope, _stopping.Token).ConfigureAwait(false)
            : new FlushResult(FlushOutcome.Complete, null, [], TimeSpan.Zero);
        Loop.Post(() => _outbox.Send?.Invoke(new GuestMessage.FlushDone(asked.FlushId, result.Outcome, result.Reason, result.Problems)));
    }

    private void LoseLink(LinkException failure)
    {
        // Once for each reason, also where there was no link yet.
        var isNews = _link is not null || _unlinked != failure.Message;
        _link = null;
        _linkStop = null;
        _unlinked = failure.Message;
        _refused = failure.Failure is LinkFailure.NotAllowed or LinkFailure.Duplicate or LinkFailure.WrongPeer or LinkFailure.NoSuchShare or LinkFailure.Incompatible ? failure.Failure : null;
        if (isNews && !_stopping.IsCancellationRequested) _context.Log.LogUnlinked(Share, failure.Message);
        var (proposed, sent) = _outbox.LoseLink();
        _sendsEarly = false;
        _fetcher.Stop();
        _uploads.Stop();
        _filler.Unlinked();
        _supplying.Clear();
        Reconciler.LoseLink(proposed, sent);
        foreach (var waiting in _flushes.Values) waiting.TrySetException(failure);
        _flushes.Clear();
        ScheduleStatus();
    }
}
