using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Sync.Engine.Replicas;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Replicas;

namespace Sync.Shared.Control;

/// <summary>The commands that host and guest share, over the control socket.</summary>
internal sealed class AgentService(IReplicaSet replicas, TimeProvider time, IHostApplicationLifetime lifetime) : Agent.AgentBase
{
    // A person cannot read faster, and a busy replica changes thousands of times a second.
    private static readonly TimeSpan BetweenUpdates = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestBetweenUpdates = TimeSpan.FromSeconds(60);

    // Verify reports per file; the socket need not.
    private static readonly TimeSpan BetweenSteps = TimeSpan.FromMilliseconds(50);

    private const int MostAtOnce = 10_000;
    private const int UsuallyAtOnce = 1000;

    private readonly ReplicaSelector _selector = new(replicas);

    public override async Task<AgentStatus> GetStatus(StatusRequest request, ServerCallContext context)
    {
        var slots = _selector.Any(request.Share);
        return Describe(slots, await Task.WhenAll(slots.Select(slot => slot.StatusNowAsync(context.CancellationToken))));
    }

    public override async Task WatchStatus(StatusRequest request, IServerStreamWriter<AgentStatus> responseStream, ServerCallContext context)
    {
        // A watch never ends by itself: without this it would hold up the agent's end.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var cancel = ending.Token;
        var pause = request.IntervalMs > 0 ? TimeSpan.FromMilliseconds(Math.Clamp(request.IntervalMs, BetweenUpdates.TotalMilliseconds, LongestBetweenUpdates.TotalMilliseconds)) : BetweenUpdates;
        while (!cancel.IsCancellationRequested)
        {
            var slots = replicas.Slots;
            var shown = _selector.Any(request.Share);
            ReplicaStatus[] statuses = [.. shown.Select(slot => slot.Status)];
            await responseStream.WriteAsync(Describe(shown, statuses), cancel);
            using var round = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var waits = shown.Zip(statuses, (slot, status) => slot.ChangedAsync(status, round.Token)).Append(replicas.SlotsChangedAsync(slots, round.Token)).ToList();
            await Task.WhenAny(waits);
            await Task.Delay(pause, time, cancel);
            await round.CancelAsync();
        }
    }

    public override async Task<FlushReply> Flush(FlushRequest request, ServerCallContext context)
    {
        var timeout = TimeSpan.FromMilliseconds(request.TimeoutMs);
        var started = time.GetTimestamp();
        var reply = new FlushReply();
        var results = await Task.WhenAll(_selector.Any(request.Share).Select(slot => FlushOneAsync(slot, request, timeout, started, context.CancellationToken)));
        reply.Items.AddRange(results.SelectMany(items => items));
        if (request.Guest.Length > 0 && !reply.Items.Any(item => item.Guest.Length > 0))
            throw CommandFailure.NotFound($"no guest '{Printable.Text(request.Guest)}' here; see 'sync-host guest list'");
        return reply;
    }

    public override async Task<ShareList> Pause(PauseRequest request, ServerCallContext context)
    {
        var reply = new ShareList();
        foreach (var slot in _selector.Any(request.Share))
        {
            replicas.RememberPause(slot, paused: true);
            slot.Paused = true;
            if (slot.Replica is { } replica)
                await replica.PauseAsync(context.CancellationToken);
            reply.Shares.Add(slot.Label.Share);
        }

        return reply;
    }

    public override async Task<ShareList> Resume(ResumeRequest request, ServerCallContext context)
    {
        var reply = new ShareList();
        foreach (var slot in _selector.Any(request.Share))
        {
            replicas.RememberPause(slot, paused: false);
            await slot.ResumeAsync(request.Force, context.CancellationToken);
            reply.Shares.Add(slot.Label.Share);
        }

        return reply;
    }

    public override async Task ListConflicts(ConflictsRequest request, IServerStreamWriter<ConflictItem> responseStream, ServerCallContext context)
    {
        foreach (var (label, replica) in await _selector.RunningAsync(request.Share, context.CancellationToken))
        {
            foreach (var conflict in await replica.ConflictsAsync(context.CancellationToken))
                await responseStream.WriteAsync(ControlMapping.ToItem(label.Share, conflict), context.CancellationToken);
        }
    }

    public override async Task<ConflictItemList> GetConflicts(ConflictsRequest request, ServerCallContext context)
    {
        var list = new ConflictItemList();
        foreach (var (label, replica) in await _selector.RunningAsync(request.Share, context.CancellationToken))
        {
            var conflicts = await replica.ConflictsAsync(context.CancellationToken);
            list.Conflicts.AddRange(conflicts.Take(MostAtOnce - list.Conflicts.Count).Select(c => ControlMapping.ToItem(label.Share, c)));
        }

        return list;
    }

    public override async Task<VersionItemList> GetVersions(VersionsRequest request, ServerCallContext context)
    {
        var list = new VersionItemList();
        var limit = request.Limit is > 0 and <= MostAtOnce ? request.Limit : UsuallyAtOnce;
        foreach (var (label, replica, path) in await _selector.RunningAtAsync(request.Share, request.Path, context.CancellationToken))
        {
            var versions = await replica.VersionsAsync(path, context.CancellationToken);
            list.Versions.AddRange(versions.Take(limit - list.Versions.Count).Select(v => ControlMapping.ToItem(label.Share, v)));
        }

        return list;
    }

    public override async Task ReadContent(ReadContentRequest request, IServerStreamWriter<ContentPiece> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (_, replica) = (await _selector.RunningAsync(request.Share, cancel)) is [var only]
            ? only
            : throw new CommandFailure(ExitCode.Usage, "name the share whose content is to be read");
        using var file = request.OfCase switch
        {
            ReadContentRequest.OfOneofCase.Path => await replica.OpenFileAsync(request.Path, cancel),
            ReadContentRequest.OfOneofCase.Version => await replica.OpenVersionAsync(request.Version, cancel),
            _ => throw new CommandFailure(ExitCode.Usage, "name a path or a version to read"),
        };
        await ContentPieces.SendAsync(file, request.Limit, responseStream, cancel);
    }

    public override async Task<ResolveReply> ResolveConflicts(ResolveRequest request, ServerCallContext context)
    {
        var reply = new ResolveReply();
        var chosen = await _selector.RunningAtAsync(request.Share, request.Path, context.CancellationToken);
        await CheckKeepAsync(request.Keep, chosen, context.CancellationToken);
        foreach (var (_, replica, path) in chosen)
        {
            reply.Resolved += await replica.ResolveAsync(request.Keep, path, context.CancellationToken);
            reply.Left += (await replica.ConflictsAsync(context.CancellationToken)).Count;
        }

        return reply;
    }

    public override async Task ListVersions(VersionsRequest request, IServerStreamWriter<VersionItem> responseStream, ServerCallContext context)
    {
        var left = request.Limit > 0 ? request.Limit : int.MaxValue;
        foreach (var (label, replica, path) in await _selector.RunningAtAsync(request.Share, request.Path, context.CancellationToken))
        {
            foreach (var version in await replica.VersionsAsync(path, context.CancellationToken))
            {
                if (left-- <= 0)
                    return;
                await responseStream.WriteAsync(ControlMapping.ToItem(label.Share, version), context.CancellationToken);
            }
        }
    }

    public override async Task<RestoreReply> RestoreVersion(RestoreRequest request, ServerCallContext context)
    {
        foreach (var (label, replica) in await _selector.RunningAsync(request.Share, context.CancellationToken))
        {
            var versions = await replica.VersionsAsync(path: null, context.CancellationToken);
            if (!versions.Any(version => string.Equals(version.Id, request.Id, StringComparison.Ordinal)))
                continue;
            var path = await replica.RestoreAsync(request.Id, request.TargetPath.Length == 0 ? null : request.TargetPath, context.CancellationToken);
            return new RestoreReply { Share = label.Share, Path = path };
        }

        throw CommandFailure.NotFound($"no version '{Printable.Text(request.Id)}'; see 'versions list'");
    }

    public override async Task Verify(VerifyRequest request, IServerStreamWriter<VerifyEvent> responseStream, ServerCallContext context)
    {
        foreach (var (label, replica) in await _selector.RunningAsync(request.Share, context.CancellationToken))
        {
            var latest = new LatestProgress<VerifyProgress>();
            var verifying = replica.VerifyAsync(request.Deep, latest, context.CancellationToken);
            while (await Task.WhenAny(verifying, Task.Delay(BetweenSteps, time, context.CancellationToken)) != verifying)
            {
                if (latest.Take() is { } step)
                    await responseStream.WriteAsync(ToEvent(label.Share, step), context.CancellationToken);
            }

            var result = await verifying;
            var outcome = new VerifyOutcome { Share = label.Share, Files = result.Files, Bytes = result.Bytes };
            outcome.Problems.AddRange(result.Problems.Select(ControlMapping.ToInfo));
            await responseStream.WriteAsync(new VerifyEvent { Result = outcome }, context.CancellationToken);
        }
    }

    public override async Task<RevertReply> Revert(RevertRequest request, ServerCallContext context)
    {
        var reply = new RevertReply();
        foreach (var (_, replica) in await _selector.RunningAsync(request.Share, context.CancellationToken))
            reply.Reverted += await replica.RevertAsync(context.CancellationToken);
        return reply;
    }

    private static VerifyEvent ToEvent(string share, VerifyProgress step) => new()
    {
        Progress = new VerifyStep { Share = share, Files = step.Files, OfFiles = step.OfFiles, Bytes = step.Bytes, OfBytes = step.OfBytes },
    };

    /// <summary>A name that nobody bears is a slip of the pen, and so is a guest's of which there is no copy: neither is a wish for nothing.</summary>
    private async Task CheckKeepAsync(
        string keep, IReadOnlyList<(ReplicaLabel Label, IReplica Replica, string? Path)> chosen, CancellationToken cancel)
    {
        if (keep is "host" or "both")
            return;
        var known = new SortedSet<string>(replicas.GuestNames, StringComparer.Ordinal);
        var any = false;
        foreach (var (_, replica, path) in chosen)
        {
            foreach (var conflict in await replica.ConflictsAsync(cancel))
            {
                // A guest that was revoked, or that another guest has never met, is known by its copies.
                known.Add(conflict.Replica);
                if (path is not null && !string.Equals(path, conflict.Path, StringComparison.Ordinal) && !string.Equals(path, conflict.CopyPath, StringComparison.Ordinal))
                    continue;
                if (string.Equals(keep, conflict.Replica, StringComparison.Ordinal))
                    return;
                any = true;
            }
        }

        if (!known.Contains(keep))
        {
            known.Remove("host");
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(keep)}' is no replica here; --keep takes {string.Join(", ", known.Prepend("both").Prepend("host").Select(Printable.Text))}");
        }

        if (any)
            throw new CommandFailure(chosen.All(c => c.Path is null) ? ExitCode.ConflictsLeft : ExitCode.Failed, $"no conflict copy here is of '{Printable.Text(keep)}'; see 'conflicts list' for whose they are");
    }

    private async Task<IReadOnlyList<FlushItem>> FlushOneAsync(
        ReplicaSlot slot, FlushRequest request, TimeSpan timeout, long started, CancellationToken cancel)
    {
        while (true)
        {
            await slot.StartedAsync(Left(), cancel);
            if (slot.Replica is not { } replica)
            {
                return [ControlMapping.ToItem(slot.Label.Share, guest: null, new FlushResult(
                    FlushOutcome.Halted, slot.Status.Reason ?? "it has not started yet; try again", [], time.GetElapsedTime(started)))];
            }

            try
            {
                return await FlushOneAsync(slot.Label, replica, request, Left, cancel);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException && !cancel.IsCancellationRequested && !ReferenceEquals(slot.Replica, replica))
            {
                // Its directory has gone, and it was closed meanwhile: what has come in its place answers.
            }
        }

        TimeSpan Left()
        {
            var left = timeout - time.GetElapsedTime(started);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private async Task<IReadOnlyList<FlushItem>> FlushOneAsync(ReplicaLabel label, IReplica replica, FlushRequest request, Func<TimeSpan> left, CancellationToken cancel)
    {
        // What a guest has that the journal lacks goes to the other guests too: first in from all, then out to all. Who fails is told by the second time.
        if (request.AllGuests && replica is IHostShare everywhere) _ = await everywhere.FlushGuestsAsync(null, left(), cancel);
        var own = await replica.FlushAsync(left(), cancel);
        var items = new List<FlushItem> { ControlMapping.ToItem(label.Share, guest: null, own) };
        if ((request.AllGuests || request.Guest.Length > 0) && replica is IHostShare share)
        {
            var guests = await share.FlushGuestsAsync(request.AllGuests ? null : request.Guest, left(), cancel);
            var results = guests.ToDictionary(StringComparer.Ordinal);
            // The share knows those that have been here since it was opened.
            var paired = new ReplicaInfo { Name = label.Share };
            replicas.AddKnownGuests(paired);
            foreach (var name in paired.Guests.Select(g => g.Name).Where(n => request.AllGuests || n == request.Guest))
                results.TryAdd(name, new FlushResult(FlushOutcome.Disconnected, $"guest '{Printable.Text(name)}' is not connected", [], TimeSpan.Zero));
            items.AddRange(results.OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => ControlMapping.ToItem(label.Share, g.Key, g.Value)));
        }

        return items;
    }

    private AgentStatus Describe(IReadOnlyList<ReplicaSlot> slots, IEnumerable<ReplicaStatus> statuses)
    {
        var agent = replicas.Describe();
        foreach (var (slot, status) in slots.Zip(statuses))
        {
            var info = ControlMapping.ToInfo(status, replicas.IsHost);
            info.Name = slot.Label.Share;
            info.Path = slot.Label.Path;
            info.SubPath = slot.Label.SubPath;
            info.Host = slot.Label.Host;
            replicas.AddKnownGuests(info);
            agent.Shares.Add(info);
        }

        return agent;
    }
}
