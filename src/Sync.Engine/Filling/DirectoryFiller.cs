using Sync.Engine.Applying;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Pulling;
using Sync.Engine.Replicas;
using Sync.Engine.Scanning;
using Sync.Engine.Snapshots;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;

namespace Sync.Engine.Filling;

/// <summary>
/// Brings most of a tree into a directory that has little of it, as a pull does: built beside, and moved in part by part. Until a guest knows what
/// is wanting, planning waits for it; then what it has claimed is its own, and everything else goes its usual way. What it could not bring is planned as if it had never been.
/// Lives on the control loop, but for <see cref="RunAsync"/>.
/// </summary>
internal sealed class DirectoryFiller(ReplicaContext context, Applier applier, Observer observer, StagedContents staged, RecentKeeper recent, IndexKeeper index, ulong? owner,
    Func<bool> isFresh) : IAsyncDisposable
{
    /// <summary>Fewer files than this are there as soon by themselves.</summary>
    private const int Worthwhile = 2000;

    /// <summary>A host that looks at its disk for the first time is waited for, but not for ever: what it has found by then comes one by one, and the rest together when it is done.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly LinuxFileSystem? _files = context.Files as LinuxFileSystem;
    private readonly FillClaims _claims = new(context, observer, staged);
    private IHostLink? _link;
    private CancellationToken _linkEnd;
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private bool _hasBegun;
    private int _waits;
    private bool _isWaiting;
    private bool _isDue;
    private bool _isImpatient;
    private bool _hostLooks;
    private bool _isFilling;
    private bool _mayBeLeft = true;

    /// <summary>What is wanting is about to be known: nothing is planned before.</summary>
    public bool HoldsPlanning => _isWaiting && !_isImpatient;

    /// <summary>A link is up, and the policy is known.</summary>
    public void Linked(IHostLink link, SyncDirection direction, bool hostLooks, CancellationToken end)
    {
        _isWaiting = false;
        if (!Suits(direction) || !link.OpensPulls) return;
        (_link, _linkEnd, _isDue, _hostLooks) = (link, end, false, hostLooks);
        if (!_isFilling) Wait();
    }

    /// <summary>The journal has been followed to its end, and the host knows its own disk.</summary>
    public void CaughtUp() => _isDue = true;

    /// <summary>The link is gone; what was brought is moved in all the same.</summary>
    public void Unlinked()
    {
        (_link, _isDue) = (null, false);
        if (HoldsPlanning) Wait();
        else _isWaiting = false;
    }

    /// <summary>What is claimed may be planned otherwise now: ends early.</summary>
    public void Interrupt() => _stop?.Cancel();

    /// <summary>Begins, if all is known that has to be. Called when what is here is known.</summary>
    /// <param name="direction">As far as it is known.</param>
    public void EndTurn(SyncDirection direction)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            // An earlier life knew of much that is not here. Made without a link, its directories would still be looked at when the link is up, and nothing in them could be claimed.
            if (!_isWaiting && !_isFilling && Suits(direction) && _claims.MayReach(Worthwhile)) Wait();
        }

        if (!_isWaiting || !_isDue) return;
        _isWaiting = false;
        if (_claims.MayReach(Worthwhile)) _claims.ClaimAll();
        if (_claims.Files < Worthwhile || !HasRoom())
        {
            LetGo();
            if (_mayBeLeft) context.Apply.Run(() => FillStage.Remove(_files!));
            _mayBeLeft = false;
            return;
        }

        _isFilling = true;
        _mayBeLeft = true;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_linkEnd, context.Stopping);
        var (link, stop) = (_link!, _stop);
        context.Log.LogFilling(context.Share, _claims.Files, _claims.Bytes);
        _running = Task.Run(() => RunAsync(link, stop));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private bool Suits(SyncDirection direction)
    {
        var traits = context.Files.Traits;
        // What is built beside is byte for byte as the share has it.
        return context.LineEndings().IsEmpty && _files is not null && direction != SyncDirection.SendOnly && !context.Policy.Ownership
            && traits.CanExchange && traits.HasModes && traits.HasSymlinks && traits.HasLinkTimes && !traits.FoldsCase;
    }

    private void Wait()
    {
        // What is here has to be bound to the journal's entries while nothing may be proposed yet: that is as long as the host looks.
        (_isWaiting, _isImpatient) = (true, _hostLooks && (context.Trees.LocalFiles > 0 || !isFresh()));
        var wait = ++_waits;
        context.After(Patience, () => _isImpatient |= _waits == wait);
    }

    private bool HasRoom() =>
        context.Files.Space(out var free, out var total) == FsError.None && free - _claims.Bytes > Math.Min(context.Policy.MinFreeBytes, total / 20);

    private void LetGo()
    {
        foreach (var node in _claims.TakeAll()) Free(node);
    }

    /// <summary>It is planned as if it had never been claimed.</summary>
    private void Free(Node node)
    {
        if (context.Arrivals.End(node) is { } place && !node.IsLocal && place.Directory.Current.IsLocal) observer.LookAt(place.Directory.Current, place.Name);
        applier.Release(node);
        context.Reconciler.Enqueue(node.Current);
        context.Reconciler.WakeWaiters(node);
    }

    private async Task RunAsync(IHostLink link, CancellationTokenSource stop)
    {
        string? trouble = null;
        try
        {
            await FillAsync(link, stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is LinkException or WorkspaceException)
        {
            trouble = e.Message;
        }
        catch (OperationCanceledException)
        {
            trouble = "broken off";
        }
        catch (Exception e)
        {
            context.Log.LogDefect(e, context.Share);
        }

        context.Loop.Post(() =>
        {
            if (trouble is not null && _claims.Count > 0 && !context.Stopping.IsCancellationRequested) context.Log.LogFillingEnded(context.Share, _claims.Count, trouble);
            LetGo();
            PieceBuffers.Trim();
            _isFilling = false;
            if (!context.Stopping.IsCancellationRequested) context.Apply.Run(() => FillStage.Remove(_files!));
            _stop = null;
            stop.Dispose();
            if (_link is not null && _link != link) Wait();
        });
    }

    private async Task FillAsync(IHostLink link, CancellationToken cancel)
    {
        await using var pull = await link.OpenPullAsync(cancel).ConfigureAwait(false);
        var tree = await pull.ReadTreeAsync(cancel).ConfigureAwait(false);
        var match = await context.Loop.CallAsync(() => FillMatch.Of(tree, context.Trees, _claims), cancel).ConfigureAwait(false);
        // If power goes after a part is moved in and before the index tells of it, the index must know at least what was to come: it is no edit then.
        var known = DurableAsync();
        var record = new WorkspaceRecord("", context.Share, "", pull.Head.Revision, new KnownTree(tree, []));
        using var stage = FillStage.Open(_files!, record, cancel);
        var notes = new ContentNotes(context.Manifests);
        var counts = new BuildCounts();
        var plan = PullPlan.Of(tree, KnownTree.Nothing, new DiskDirectory([], [], []), trustsStamps: false);
        FillMove? move = null;
        var build = new Build(plan, stage.Salvage, null, owner, counts) { Notes = notes, WroteBack = states => GuardAsync(MoveWholeAsync(move!, known, states)) };
        move = new FillMove(context, applier, observer, recent, _claims, match, stage, build.Stamps, owner) { Free = Free };
        for (var i = 0; i < tree.Count; i++)
            if (!match.IsNeeded[i]) build.LeaveOut(i);
        for (var i = 0; i < tree.Count && stage.IsResumed; i++)
        {
            if (match.IsNeeded[i]) continue;
            // It was wanted in an earlier life, and is something else by now, gone, or ignored.
            stage.DropAll(tree, i);
            i = match.Ends[i] - 1;
        }

        try
        {
            await build.RunAsync(stage.Tree, null, pull, cancel).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Add(ref context.BytesReceived, counts.Received);
            // An agent that ends leaves it all to its next life.
            if (!context.Stopping.IsCancellationRequested)
            {
                await known.ConfigureAwait(false);
                await move.RestAsync(build.States()).ConfigureAwait(false);
            }
        }

        WriteNotes(notes);
    }

    private static async Task MoveWholeAsync(FillMove move, Task known, BuildState[] states)
    {
        await known.ConfigureAwait(false);
        await move.WholeAsync(states).ConfigureAwait(false);
    }

    /// <summary>Completes when the index has been saved as it is now. If it cannot be, that is told elsewhere, and nothing waits for it.</summary>
    private Task DurableAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Loop.Post(() => index.WhenDurable(_ => done.TrySetResult()));
        return done.Task.WaitAsync(context.Stopping);
    }

    /// <summary>The build goes on whatever becomes of a part of it.</summary>
    private async Task GuardAsync(Task moving)
    {
        try
        {
            await moving.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
        catch (Exception e)
        {
            context.Log.LogDefect(e, context.Share);
        }
    }

    private void WriteNotes(ContentNotes notes)
    {
        const int AtOnce = 16;
        context.Bulk.Run(() =>
        {
            try
            {
                if (notes.WriteSome(AtOnce)) context.Loop.Post(() => WriteNotes(notes));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                context.Log.LogNotice(context.Share, $"what shortens later transfers cannot be kept ({e.Message})");
            }
        });
    }
}
