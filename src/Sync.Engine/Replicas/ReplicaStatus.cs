using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Replicas;

/// <summary>A replica at one moment. Immutable.</summary>
public sealed record ReplicaStatus
{
    /// <summary>What it is doing, in one word.</summary>
    public required ReplicaState State { get; init; }

    /// <summary>For people: why it is halted, disconnected or degraded; null if there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>Halted because the directory is not the one held open any more: going on means to open it anew.</summary>
    public bool RootLost { get; init; }

    /// <summary>Something went wrong that cannot: what is in memory may be wrong since, and it has to be opened anew, as after a kill.</summary>
    public bool HasDefect { get; init; }

    /// <summary>Live files, directories and symlinks observed here.</summary>
    public long Files { get; init; }

    /// <inheritdoc cref="Files"/>
    public long Directories { get; init; }

    /// <inheritdoc cref="Files"/>
    public long Symlinks { get; init; }

    /// <summary>Bytes in all files here.</summary>
    public long Bytes { get; init; }

    /// <summary>Entries that wait to be sent, received, or hashed.</summary>
    public long PendingOut { get; init; }

    /// <inheritdoc cref="PendingOut"/>
    public long PendingIn { get; init; }

    /// <summary>Bytes that wait to be received.</summary>
    public long PendingInBytes { get; init; }

    /// <summary>Content bytes sent and received over the link since start, after delta, before compression.</summary>
    public long BytesSent { get; init; }

    /// <inheritdoc cref="BytesSent"/>
    public long BytesReceived { get; init; }

    /// <summary>Files hashed since start (a restart hashes nothing that has not changed).</summary>
    public long FilesHashed { get; init; }

    /// <summary>The last committed revision merged here.</summary>
    public Revision Cursor { get; init; }

    /// <summary>The journal's life.</summary>
    public ulong Epoch { get; init; }

    /// <summary>The direction in force.</summary>
    public SyncDirection Direction { get; init; }

    /// <summary>How changes are noticed: "inotify", "polling", …</summary>
    public string Watching { get; init; } = "";

    /// <summary>How files are placed: "exchange", or "replace" where the file system cannot exchange names.</summary>
    public string Placing { get; init; } = "";

    /// <summary>The last measured round trip to the host; null on the host itself.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>Conflict copies standing in the tree.</summary>
    public int Conflicts { get; init; }

    /// <summary>Paths not in sync, and why; at most 1,000, <see cref="ProblemCount"/> counts all.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <inheritdoc cref="Problems"/>
    public int ProblemCount { get; init; }

    /// <summary>On the host: each connected or known guest of the share.</summary>
    public IReadOnlyList<GuestStatus> Guests { get; init; } = [];
}
