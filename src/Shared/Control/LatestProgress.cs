namespace Sync.Shared.Control;

/// <summary>Keeps the latest report only, and never holds up who reports.</summary>
internal sealed class LatestProgress<T> : IProgress<T>
    where T : struct
{
    private readonly Lock _lock = new();
    private T? _latest;

    public void Report(T value)
    {
        lock (_lock)
            _latest = value;
    }

    /// <summary>The latest since the last call; null if there is none.</summary>
    public T? Take()
    {
        lock (_lock)
        {
            var latest = _latest;
            _latest = null;
            return latest;
        }
    }
}
