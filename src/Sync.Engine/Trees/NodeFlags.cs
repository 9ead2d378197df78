namespace Sync.Engine.Trees;

/// <summary>What is under way with a node.</summary>
[Flags]
internal enum NodeFlags : ushort
{
    None = 0,

    /// <summary>A change is proposed; the outcome is awaited.</summary>
    Proposing = 1,

    /// <summary>An effect on its disk place is under way.</summary>
    Applying = 2,

    /// <summary>In the planner's queue.</summary>
    Queued = 4,

    /// <summary>In the set of nodes to be persisted.</summary>
    Unsaved = 8,

    /// <summary>The host refused the present local state: not proposed again until it changes.</summary>
    Refused = 16,

    /// <summary>The proposal under way deletes it.</summary>
    Deleting = 32,

    /// <summary>Seen on disk while an effect was under way: look again after it.</summary>
    LookAgain = 64,

    /// <summary>It stays although deleted elsewhere, or cannot be put here; listed among the problems.</summary>
    Held = 128,

    /// <summary>The host took it for an entry that stands elsewhere on this disk: it must be told that they are two.</summary>
    Distinct = 256,

    /// <summary>In the list of nodes whose change is to be written down at this turn's end.</summary>
    Unlogged = 512,

    /// <summary>The proposal under way takes it from its place in the journal, and is on its way: what is proposed from now on comes behind it.</summary>
    Leaving = 1024,

    /// <summary>A directory whose ignore files have been read since the start, if it has any.</summary>
    Listed = 2048,

    /// <summary>All that tells of a proposal under way.</summary>
    Proposed = Proposing | Deleting | Leaving,
}
