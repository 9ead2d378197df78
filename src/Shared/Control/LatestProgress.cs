using Sync.Engine.Replicas;

namespace Sync.Shared.Control;

/// <summary>Keeps the latest report only, and never holds up who reports.</summary>
internal sealed class LatestProgress : IProgress<VerifyProgress>
{
    private readonly Lock _lock = new();
    private VerifyProgress? _latest;

    public void Report(VerifyProgress value)
    {
        lock (_lock)
            _latest = value;
    }

    /// <summary>The latest since the last call; null if there is none.</summary>
    public VerifyProgress? Take()
    {
        lock (_lock)
        {
            var latest = _latest;
            _latest = null;
            return latest;
        }
    }
}
