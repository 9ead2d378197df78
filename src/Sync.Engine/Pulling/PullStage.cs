namespace Sync.Engine.Pulling;

/// <summary>What a pull is at.</summary>
public enum PullStage
{
    /// <summary>Reaching the host, reading the tree, looking at the directory.</summary>
    Comparing = 0,

    /// <summary>Contents come.</summary>
    Building,

    /// <summary>Written back, and exchanged.</summary>
    Finishing,
}
