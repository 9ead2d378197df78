namespace Sync.Shared.Replicas;

/// <summary>The slots of an agent as an immutable list that is swapped whole, so that readers take no lock.</summary>
internal sealed class SlotList
{
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<ReplicaSlot> _slots = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<ReplicaSlot> Current => _slots;

    public void Add(ReplicaSlot slot) => Swap(slots => [.. slots, slot]);

    public void Remove(ReplicaSlot slot) => Swap(slots => [.. slots.Where(s => s != slot)]);

    /// <summary>Completes when the list is another than <paramref name="since"/>.</summary>
    public Task ChangedAsync(IReadOnlyList<ReplicaSlot> since, CancellationToken cancel)
    {
        lock (_lock)
            return ReferenceEquals(_slots, since) ? _changed.Task.WaitAsync(cancel) : Task.CompletedTask;
    }

    /// <summary>Empties the list and stops every replica in it.</summary>
    public async Task CloseAsync()
    {
        var slots = _slots;
        Swap(_ => []);
        await Task.WhenAll(slots.Select(slot => slot.DisposeAsync().AsTask()));
    }

    private void Swap(Func<IReadOnlyList<ReplicaSlot>, IReadOnlyList<ReplicaSlot>> change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _slots = change(_slots);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }
}
