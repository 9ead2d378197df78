using Microsoft.Extensions.Logging;
using Sync.Engine.Journal;
using Sync.Engine.LineEnds;
using Sync.Engine.Machines;
using Sync.Engine.Model;

namespace Sync.Engine.Replicas;

/// <summary>What a replica needs to run.</summary>
public sealed record ReplicaOptions
{
    /// <summary>The share's name.</summary>
    public required string Share { get; init; }

    /// <summary>The directory's absolute path; it must exist.</summary>
    public required string Root { get; init; }

    /// <summary>Where this replica's index lives; made if missing. Never inside <see cref="Root"/>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where logs go.</summary>
    public required ILoggerFactory Logging { get; init; }

    /// <summary>The part of the share, for a guest that holds only one; "" for all.</summary>
    public string SubPath { get; init; } = "";

    /// <summary>The direction asked for at join; null: the share's.</summary>
    public SyncDirection? Direction { get; init; }

    /// <summary>Random per process.</summary>
    public ulong Process { get; init; }

    /// <summary>A person has said that <see cref="Root"/> is meant, although it is not the directory that was synced.</summary>
    public bool AcceptRoot { get; init; }

    /// <summary>On the host: told of changes that the journal takes, at most some tens a second; called on the journal's loop, so it must be quick.</summary>
    public Action<ShareChange>? Changed { get; init; }

    /// <summary>Full rescans back the watcher up this often, with jitter.</summary>
    public TimeSpan RescanEvery { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What has CRLF in <see cref="Root"/>: asked whenever a file is read or placed, from any thread. Of a guest alone.</summary>
    public Func<LineEndings> LineEndings { get; init; } = static () => LineEnds.LineEndings.AsTheyAre;

    /// <summary>On the host: files from this length on, in bytes, go out while they are still being read.</summary>
    internal long GrowingFrom { get; init; } = Transfer.GrowingContents.WorthwhileLength;

    /// <summary>What it runs on.</summary>
    internal IMachine Machine { get; init; } = LocalMachine.Instance;
}
