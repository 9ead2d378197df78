namespace Sync.Engine.Placing;

/// <summary>What came of a placement.</summary>
internal enum PlacementOutcome
{
    /// <summary>Not tried yet.</summary>
    Pending,

    /// <summary>It stands as wanted.</summary>
    Done,

    /// <summary>What stood there was not what the plan saw: nothing was changed; look and plan again.</summary>
    Raced,

    /// <summary>The content was not to be had from where it was thought to be: fetch it.</summary>
    NoContent,

    /// <summary>The directory to be removed holds what is not synced: it stays.</summary>
    NotEmpty,

    /// <summary>The version store would have to drop what is younger than a day.</summary>
    VersionsFull,

    /// <summary>The file system refused.</summary>
    Failed,
}
