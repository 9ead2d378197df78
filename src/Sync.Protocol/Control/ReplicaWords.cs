using Sync.Engine.Model;
using Sync.Engine.Replicas;

namespace Sync.Protocol.Control;

/// <summary>The words of the command line and the control API for the engine's values. Stable: scripts compare them.</summary>
public static class ReplicaWords
{
    /// <summary>The word for a state.</summary>
    public static string Of(ReplicaState state) => state switch
    {
        ReplicaState.Scanning => "scanning",
        ReplicaState.Disconnected => "disconnected",
        ReplicaState.Syncing => "syncing",
        ReplicaState.InSync => "in-sync",
        ReplicaState.Paused => "paused",
        ReplicaState.Halted => "halted",
        ReplicaState.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>The word for the end of a flush.</summary>
    public static string Of(FlushOutcome outcome) => outcome switch
    {
        FlushOutcome.Complete => "complete",
        FlushOutcome.Problems => "problems",
        FlushOutcome.TimedOut => "timed-out",
        FlushOutcome.Halted => "halted",
        FlushOutcome.Paused => "paused",
        FlushOutcome.Disconnected => "disconnected",
        FlushOutcome.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    /// <summary>The word for a conflict policy.</summary>
    public static string Of(ConflictPolicy policy) => policy switch
    {
        ConflictPolicy.KeepBoth => "keep-both",
        ConflictPolicy.HostWins => "host-wins",
        ConflictPolicy.GuestWins => "guest-wins",
        ConflictPolicy.NewestWins => "newest-wins",
        _ => throw new ArgumentOutOfRangeException(nameof(policy)),
    };

    /// <summary>The policy a word names.</summary>
    public static bool TryParse(string word, out ConflictPolicy policy)
    {
        (var known, policy) = word switch
        {
            "keep-both" => (true, ConflictPolicy.KeepBoth),
            "host-wins" => (true, ConflictPolicy.HostWins),
            "guest-wins" => (true, ConflictPolicy.GuestWins),
            "newest-wins" => (true, ConflictPolicy.NewestWins),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The word for a guest's direction.</summary>
    public static string OfGuest(SyncDirection direction) => direction switch
    {
        SyncDirection.TwoWay => "two-way",
        SyncDirection.ReceiveOnly => "to-guest",
        SyncDirection.SendOnly => "to-host",
        SyncDirection.Mirror => "mirror",
        _ => throw new ArgumentOutOfRangeException(nameof(direction)),
    };

    /// <summary>The word for the direction of the host's own replica: what it receives flows to the host.</summary>
    public static string OfHost(SyncDirection direction) => direction switch
    {
        SyncDirection.ReceiveOnly => "to-host",
        SyncDirection.SendOnly => "to-guest",
        _ => OfGuest(direction),
    };

    /// <summary>The guest's direction that a word names.</summary>
    public static bool TryParseGuest(string word, out SyncDirection direction)
    {
        (var known, direction) = word switch
        {
            "two-way" => (true, SyncDirection.TwoWay),
            "to-guest" => (true, SyncDirection.ReceiveOnly),
            "to-host" => (true, SyncDirection.SendOnly),
            "mirror" => (true, SyncDirection.Mirror),
            _ => (false, default),
        };
        return known;
    }

    /// <summary>The word for a kind.</summary>
    public static string Of(EntryKind kind) => kind switch
    {
        EntryKind.Directory => "directory",
        EntryKind.File => "file",
        EntryKind.Symlink => "symlink",
        _ => "special",
    };
}
