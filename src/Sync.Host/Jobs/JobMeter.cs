using Sync.Engine.Replicas;
using Sync.Shared.Replicas;

namespace Sync.Host.Jobs;

/// <summary>How much of a job's work is done: what its replicas waited for at most, less what they wait for now. Safe from any thread.</summary>
internal sealed class JobMeter
{
    // A busy share changes thousands of times a second.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private long _pendingFiles;
    private long _pendingBytes;
    private long _doneFiles;
    private long _doneBytes;

    /// <summary>Files and bytes waited for, and done.</summary>
    public (long PendingFiles, long PendingBytes, long DoneFiles, long DoneBytes) Read()
    {
        lock (_lock)
            return (_pendingFiles, _pendingBytes, _doneFiles, _doneBytes);
    }

    /// <summary>Looks until it is cancelled; ends without an exception then.</summary>
    /// <param name="slot">The share.</param>
    /// <param name="guests">Whose waiting counts; empty for all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task WatchAsync(ReplicaSlot slot, IReadOnlyList<string> guests, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                var status = slot.Status;
                Take(status, guests);
                await slot.ChangedAsync(status, cancel);
                await Task.Delay(Pace, time, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Take(slot.Status, guests);
        }
    }

    private void Take(ReplicaStatus status, IReadOnlyList<string> guests)
    {
        var chosen = status.Guests.Where(g => guests.Count == 0 || guests.Contains(g.Name, StringComparer.Ordinal)).ToList();
        var files = status.PendingIn + chosen.Sum(g => g.PendingEntries);
        var bytes = status.PendingInBytes + chosen.Sum(g => g.PendingBytes);
        lock (_lock)
        {
            _doneFiles += Math.Max(0, _pendingFiles - files);
            _doneBytes += Math.Max(0, _pendingBytes - bytes);
            (_pendingFiles, _pendingBytes) = (files, bytes);
        }
    }
}
