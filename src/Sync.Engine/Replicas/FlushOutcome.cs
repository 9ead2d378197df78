namespace Sync.Engine.Replicas;

/// <summary>How a flush ended.</summary>
public enum FlushOutcome
{
    /// <summary>All is identical and durable on both sides.</summary>
    Complete,

    /// <summary>All but the listed problems.</summary>
    Problems,

    /// <summary>The time was over first.</summary>
    TimedOut,

    /// <summary>Halted for safety.</summary>
    Halted,

    /// <summary>Paused, here or on the host.</summary>
    Paused,

    /// <summary>No link to the host.</summary>
    Disconnected,

    /// <summary>The host refuses this replica.</summary>
    Refused,
}
