namespace Sync.Engine.Replicas;

/// <summary>A flush cannot go on: halted, paused or refused meanwhile.</summary>
internal sealed class FlushObstacleException(FlushOutcome outcome, string message) : Exception(message)
{
    public FlushOutcome Outcome { get; } = outcome;
}
