namespace Sync.Engine.Model;

/// <summary>Who wins when both sides changed the same facet. Values are stored and sent: never renumber.</summary>
public enum ConflictPolicy : byte
{
    /// <summary>The first accepted keeps the name; the other becomes a conflict copy beside it.</summary>
    KeepBoth = 0,

    /// <summary>What the host's disk says wins.</summary>
    HostWins = 1,

    /// <summary>What the guest says wins.</summary>
    GuestWins = 2,

    /// <summary>The later observation wins, by corrected clocks; tie to the host.</summary>
    NewestWins = 3,
}
