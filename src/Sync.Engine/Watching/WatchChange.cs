namespace Sync.Engine.Watching;

/// <summary>What an event tells.</summary>
public enum WatchChange
{
    /// <summary>A name appeared; a file may still be open for writing.</summary>
    Created,

    /// <summary>Bytes changed; the writer may still have it open.</summary>
    Modified,

    /// <summary>The last writer closed it.</summary>
    Closed,

    /// <summary>Mode, owner, times or link count changed. Without a name: of the directory itself, whose names may be others now.</summary>
    Attributes,

    /// <summary>A name is gone.</summary>
    Removed,

    /// <summary>The first half of a move.</summary>
    MovedFrom,

    /// <summary>The second half of a move.</summary>
    MovedTo,

    /// <summary>The watched directory itself was deleted, unmounted or moved out: no more events with this tag.</summary>
    Ended,

    /// <summary>Events were lost: everything must be looked at again. Tag and name are null.</summary>
    Overflow,
}
