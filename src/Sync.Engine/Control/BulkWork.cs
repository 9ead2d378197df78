using System.Runtime;

namespace Sync.Engine.Control;

/// <summary>
/// While very much is done at once, whole collections of garbage hold all threads up: beside the work they cost 12 % more of the processor in a first
/// sync, and nobody waits for one save in it. Else they run beside, and hold nothing up for long. For the whole process. Thread-safe.
/// </summary>
internal sealed class BulkWork
{
    private static readonly Lock Gate = new();
    private static int _busy;
    private bool _isBusy;

    /// <summary>Tells whether its owner is at it.</summary>
    public void Is(bool busy)
    {
        lock (Gate)
        {
            if (busy == _isBusy) return;
            _isBusy = busy;
            _busy += busy ? 1 : -1;
            GCSettings.LatencyMode = _busy > 0 ? GCLatencyMode.Batch : GCLatencyMode.Interactive;
        }
    }
}
