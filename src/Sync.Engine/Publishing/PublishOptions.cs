namespace Sync.Engine.Publishing;

/// <summary>What a push is to do.</summary>
public sealed record PublishOptions
{
    /// <summary>The share's name.</summary>
    public required string Share { get; init; }

    /// <summary>The directory whose content is pushed: an absolute path.</summary>
    public required string Directory { get; init; }

    /// <summary>The directory in the share that becomes the same, made if it is missing; "": all of the share.</summary>
    public string SubPath { get; init; } = "";

    /// <summary>What is in the share only stays.</summary>
    /// <value>False: it is deleted.</value>
    public bool KeepExtra { get; init; }

    /// <summary>Nothing is changed; the result tells what would be.</summary>
    public bool DryRun { get; init; }

    /// <summary>Deletes as much as it takes. Else a push that would delete a share's <c>max-delete</c>, or push nothing over something, is refused.</summary>
    public bool Force { get; init; }

    /// <summary>Where chunk lists are kept, so that the next push of a large file sends what has changed in it; null: nowhere.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Random per process.</summary>
    public required ulong Process { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
