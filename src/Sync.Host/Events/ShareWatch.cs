using Sync.Engine.Replicas;
using Sync.Protocol.Control;
using Sync.Shared.Replicas;

namespace Sync.Host.Events;

/// <summary>Tells of what happens to shares and guests: looks at each share's status whenever it changes.</summary>
internal sealed class ShareWatch(IReplicaSet replicas, EventLog log, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _closing = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins. Returns at once.</summary>
    public void Start() => _running = Task.Run(RunAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _running;
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        var watched = new Dictionary<ReplicaSlot, Task>(ReferenceEqualityComparer.Instance);
        try
        {
            while (true)
            {
                var slots = replicas.Slots;
                foreach (var slot in slots.Where(s => !watched.ContainsKey(s)))
                    watched[slot] = WatchAsync(slot, _closing.Token);
                foreach (var (gone, _) in watched.Where(w => w.Value.IsCompleted).ToList())
                    watched.Remove(gone);
                await replicas.SlotsChangedAsync(slots, _closing.Token);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            await Task.WhenAll(watched.Values);
        }
    }

    private async Task WatchAsync(ReplicaSlot slot, CancellationToken cancel)
    {
        var before = slot.Status;
        try
        {
            while (replicas.Slots.Contains(slot))
            {
                await slot.ChangedAsync(before, cancel);
                var now = slot.Status;
                await CompareAsync(slot, before, now, cancel);
                before = now;
                await Task.Delay(Pace, time, cancel);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The host ends, or the share was removed.
        }
    }

    private async Task CompareAsync(ReplicaSlot slot, ReplicaStatus before, ReplicaStatus now, CancellationToken cancel)
    {
        var share = slot.Label.Share;
        if (before.State != now.State)
        {
            log.Add(new HostEvent(EventKinds.ShareState) { Share = share, State = ReplicaWords.Of(now.State), Text = now.Reason });
            if (now.State == ReplicaState.Halted)
                log.Add(new HostEvent(EventKinds.Halt) { Share = share, State = ReplicaWords.Of(now.State), Text = now.Reason });
        }

        var connected = before.Guests.Where(IsHere).Select(g => g.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var guest in now.Guests)
        {
            var was = connected.Remove(guest.Name);
            if (IsHere(guest) && !was)
                log.Add(new HostEvent(EventKinds.GuestConnected) { Share = share, Guest = guest.Name });
            else if (!IsHere(guest) && was)
                log.Add(new HostEvent(EventKinds.GuestLost) { Share = share, Guest = guest.Name });
        }

        foreach (var gone in connected)
            log.Add(new HostEvent(EventKinds.GuestLost) { Share = share, Guest = gone });

        if (now.Conflicts > before.Conflicts && slot.Replica is { } replica)
            await TellConflictsAsync(share, replica, now.Conflicts - before.Conflicts, cancel);
    }

    // A push comes and goes; nobody is lost with it.
    private static bool IsHere(GuestStatus guest) => guest is { Connected: true, IsVisit: false };

    private async Task TellConflictsAsync(string share, IReplica replica, int count, CancellationToken cancel)
    {
        foreach (var conflict in (await replica.ConflictsAsync(cancel)).OrderByDescending(c => c.At).Take(count))
            log.Add(new HostEvent(EventKinds.Conflict) { Share = share, Path = conflict.CopyPath, Guest = conflict.Replica, Text = conflict.Path });
    }
}
