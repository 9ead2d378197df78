using Sync.Engine.Files;

namespace Sync.Engine.Replicas;

/// <summary>One running replica of a share, as commands see it; on the host and on guests alike. Safe from any thread.</summary>
public interface IReplica : IAsyncDisposable
{
    /// <summary>The share's name.</summary>
    string Share { get; }

    /// <summary>The directory's absolute path.</summary>
    string Root { get; }

    /// <summary>A consistent snapshot, cheap to take; up to a tenth of a second old.</summary>
    ReplicaStatus Status { get; }

    /// <summary>A snapshot of now: what a flush that has returned was told is in it.</summary>
    Task<ReplicaStatus> StatusNowAsync(CancellationToken cancel);

    /// <summary>Completes when <see cref="Status"/> has changed since this snapshot.</summary>
    Task StatusChangedAsync(ReplicaStatus since, CancellationToken cancel);

    /// <summary>Returns once everything that existed at the call, on this side and on the host, is identical and durable on both
    /// (but for what <see cref="FlushResult.Problems"/> lists), or the time is over.</summary>
    Task<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancel) => FlushAsync(timeout, FlushScope.All, cancel);

    /// <summary>The same for a part of the share, or only until all is in place.</summary>
    Task<FlushResult> FlushAsync(TimeSpan timeout, FlushScope scope, CancellationToken cancel);

    /// <summary>Stops proposing and applying; watching goes on. Kept across restarts.</summary>
    Task PauseAsync(CancellationToken cancel);

    /// <summary>Goes on after a pause or a halt. <paramref name="force"/> accepts what a safety halt asked about (such as a mass deletion).</summary>
    Task ResumeAsync(bool force, CancellationToken cancel);

    /// <summary>Puts back the edits of a replica that only receives (to the version store first). Returns how many.</summary>
    Task<int> RevertAsync(CancellationToken cancel);

    /// <summary>Compares disk and index; <paramref name="deep"/> re-hashes every file.</summary>
    Task<VerifyResult> VerifyAsync(bool deep, IProgress<VerifyProgress>? progress, CancellationToken cancel);

    /// <summary>The conflict copies that stand in the tree.</summary>
    Task<IReadOnlyList<Conflict>> ConflictsAsync(CancellationToken cancel);

    /// <summary>Ends conflicts by keeping one side (or both: the copy stays as an ordinary file).</summary>
    /// <param name="keep">"host" or "both" or a guest's name: whose bytes get the original name.</param>
    /// <param name="path">The original's or the copy's path; null for all.</param>
    /// <param name="cancel">Gives up.</param>
    Task<int> ResolveAsync(string keep, string? path, CancellationToken cancel);

    /// <summary>What the version store holds, newest first; of one path or below it, or all.</summary>
    Task<IReadOnlyList<StoredVersion>> VersionsAsync(string? path, CancellationToken cancel);

    /// <summary>Brings a version back: at its old path (what stands there goes to the version store), or at another within the share.
    /// Returns the path.</summary>
    /// <exception cref="IOException">No such version, or the target cannot be written.</exception>
    Task<string> RestoreAsync(string versionId, string? targetPath, CancellationToken cancel);

    /// <summary>Opens a file of the share as it is on this disk now. The caller disposes it.</summary>
    /// <exception cref="IOException">There is none, or it cannot be read.</exception>
    Task<IReadableFile> OpenFileAsync(string path, CancellationToken cancel);

    /// <summary>Opens the content of a version. The caller disposes it.</summary>
    /// <exception cref="IOException">There is none, or it is no file.</exception>
    Task<IReadableFile> OpenVersionAsync(string versionId, CancellationToken cancel);
}
