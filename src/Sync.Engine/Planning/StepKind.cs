namespace Sync.Engine.Planning;

/// <summary>What one node needs next.</summary>
internal enum StepKind
{
    /// <summary>Nothing, or nothing until one of its trees changes.</summary>
    None,

    /// <summary>Something else must happen first: plan again when <see cref="Step.Other"/> changes,
    /// or, where the facet is the place, a directory that holds it (one of them has to move out first).</summary>
    Wait,

    /// <summary>What was noticed before this change, in <see cref="Step.Other"/>, must be in the local tree first.</summary>
    Observe,

    /// <summary>Nothing that the policy allows: listed as a local edit.</summary>
    Hold,

    /// <summary>The facets agree on disk and in the journal: make them the merge base.</summary>
    Settle,

    /// <summary>The merge base is void: gone on both sides, or a deletion that an edit beats.</summary>
    Forget,

    /// <summary>Propose the facets (or, where nothing is on disk, the deletion) to the journal.</summary>
    Propose,

    /// <summary>The provisional one of the two (the node, or <see cref="Step.Other"/>) is on disk what the other is in the journal.</summary>
    Bind,

    /// <summary>The file that stands at its name, as <see cref="Step.Other"/>, is this one: it was taken for another by its inode, or for a deleted one by its name.</summary>
    TakeOver,

    /// <summary>The deleted directory <see cref="Step.Other"/>, which is kept for what is ignored in it, is this one from now on.</summary>
    Adopt,

    /// <summary>It cannot be put in place as long as <see cref="Step.Other"/> is kept there for what is ignored in it.</summary>
    Blocked,

    /// <summary>Make it on disk; what is displaced, if anything, is <see cref="Step.Other"/>.</summary>
    Create,

    /// <summary>Put the journal's content (and mode, if among the facets) in place.</summary>
    Update,

    /// <summary>Rename it on disk; what is displaced, if anything, is <see cref="Step.Other"/>.</summary>
    Move,

    /// <summary>Exchange its place with that of <see cref="Step.Other"/>: they stand in each other's way.</summary>
    Exchange,

    /// <summary>Move it out of the way, to a free name in <see cref="Step.Other"/>: the places wait for each other in a ring.
    /// The place aside becomes the merge base's, so that it is never taken for an edit.</summary>
    StepAside,

    /// <summary>Set mode and owner, and, if the content is among the facets, the mtime: the bytes are the same.</summary>
    SetMeta,

    /// <summary>Take it off the disk.</summary>
    Remove,
}
