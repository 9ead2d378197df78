using Sync.Engine.Model;

namespace Sync.Engine.Link;

/// <summary>How a guest opens the control stream of one share.</summary>
public sealed record SessionHello
{
    /// <summary>The share's name.</summary>
    public required string Share { get; init; }

    /// <summary>The part of the share the guest holds: a directory's path, "" for all of it.</summary>
    public string SubPath { get; init; } = "";

    /// <summary>The journal's life the guest last followed; 0 if none.</summary>
    public ulong Epoch { get; init; }

    /// <summary>The last committed revision in the guest's remote tree.</summary>
    public Revision Cursor { get; init; }

    /// <summary>Random per process: tells a reconnect from a clone.</summary>
    public required ulong Process { get; init; }

    /// <summary>The direction asked for at join; null: the share's.</summary>
    public SyncDirection? Direction { get; init; }

    /// <summary>The guest only proposes, and leaves: it keeps no replica, and may be here beside a session that does, or others like it. It is not asked for
    /// contents or flushes.</summary>
    public bool IsVisit { get; init; }

    /// <summary>The guest asks for patches of small contents that it has an older version of.</summary>
    public bool TakesPatches { get; init; }

    /// <summary>The guest's clock at sending, ns since 1970 UTC.</summary>
    public long ClockNs { get; init; }
}
