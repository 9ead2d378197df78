namespace Sync.Engine.Model;

/// <summary>What a share's owner decided. Sent to every replica.</summary>
public sealed record SharePolicy
{
    /// <summary>How conflicts end where no pattern says otherwise.</summary>
    public ConflictPolicy Conflicts { get; init; } = ConflictPolicy.KeepBoth;

    /// <summary>Policies by gitignore-style pattern; the last that matches counts.</summary>
    public IReadOnlyList<KeyValuePair<string, ConflictPolicy>> ConflictPatterns { get; init; } = [];

    /// <summary>Ignore patterns of the share, as lines of a `.syncignore` at its root, below any real one.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Honour `.gitignore` files too, and leave `.git` itself out.</summary>
    public bool VcsIgnore { get; init; }

    /// <summary>Numeric owner and group are synced (needs root on every side).</summary>
    public bool Ownership { get; init; }

    /// <summary>Halt before deleting more than this share of the entries, in percent; 100 never halts.</summary>
    public int MaxDeletePercent { get; init; } = 50;

    /// <summary>Halt while the volume has less free than this, in bytes.</summary>
    public long MinFreeBytes { get; init; } = 64L << 20;

    /// <summary>Days that displaced content is kept.</summary>
    public int VersionDays { get; init; } = 30;

    /// <summary>The most of the volume that the version store takes, in percent.</summary>
    public int VersionPercent { get; init; } = 10;

    /// <summary>The direction of guests that have none of their own.</summary>
    public SyncDirection GuestDirection { get; init; } = SyncDirection.TwoWay;

    /// <summary>The direction of the host's own replica.</summary>
    public SyncDirection HostDirection { get; init; } = SyncDirection.TwoWay;
}
