using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Transfer;

namespace Sync.Engine.Replicas;

/// <summary>A guest's replica of a share, or of a part of one.</summary>
public sealed class GuestReplica : IReplica
{
    private readonly Replica _replica;
    private readonly ReplicaOptions _options;

    private GuestReplica(ReplicaOptions options, Replica replica)
    {
        _options = options;
        _replica = replica;
    }

    /// <inheritdoc/>
    public string Share => _options.Share;

    /// <inheritdoc/>
    public string Root => _options.Root;

    /// <inheritdoc/>
    public ReplicaStatus Status => _replica.Status;

    /// <summary>What tests look into.</summary>
    internal Trees.TreeSet Trees => _replica.Context.Trees;

    /// <summary>Opens a replica and starts it; it connects, and connects again, by itself.</summary>
    /// <exception cref="ReplicaStartException">It cannot run now; the message says why.</exception>
    public static async Task<IReplica> OpenAsync(ReplicaOptions options, IHostConnector connector, CancellationToken cancel)
    {
        return await Task.Run(() =>
        {
            var replica = Replica.Open(options, isHost: false, new SharePolicy(), new StagedContents(), new SmallContents(32 << 20),
                (_, hello, stop) => connector.ConnectAsync(hello, stop));
            replica.Start();
            return new GuestReplica(options, replica);
        }, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<ReplicaStatus> StatusNowAsync(CancellationToken cancel) => _replica.StatusNowAsync(cancel);

    /// <inheritdoc/>
    public Task StatusChangedAsync(ReplicaStatus since, CancellationToken cancel) => _replica.StatusChangedAsync(since, cancel);

    /// <inheritdoc/>
    public Task<FlushResult> FlushAsync(TimeSpan timeout, FlushScope scope, CancellationToken cancel) => _replica.FlushAsync(timeout, scope, cancel);

    /// <inheritdoc/>
    public Task PauseAsync(CancellationToken cancel) => _replica.PauseAsync(cancel);

    /// <inheritdoc/>
    public Task ResumeAsync(bool force, CancellationToken cancel) => _replica.ResumeAsync(force, cancel);

    /// <inheritdoc/>
    public Task<int> RevertAsync(CancellationToken cancel) => _replica.RevertAsync(cancel);

    /// <inheritdoc/>
    public Task<VerifyResult> VerifyAsync(bool deep, IProgress<VerifyProgress>? progress, CancellationToken cancel) => _replica.VerifyAsync(deep, progress, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Conflict>> ConflictsAsync(CancellationToken cancel) => _replica.ConflictsAsync(cancel);

    /// <inheritdoc/>
    public Task<int> ResolveAsync(string keep, string? path, CancellationToken cancel) => _replica.ResolveAsync(keep, path, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredVersion>> VersionsAsync(string? path, CancellationToken cancel) => _replica.VersionsAsync(path, cancel);

    /// <inheritdoc/>
    public Task<string> RestoreAsync(string versionId, string? targetPath, CancellationToken cancel) => _replica.RestoreAsync(versionId, targetPath, cancel);

    /// <inheritdoc/>
    public Task<IReadableFile> OpenFileAsync(string path, CancellationToken cancel) => _replica.OpenFileAsync(path, cancel);

    /// <inheritdoc/>
    public Task<IReadableFile> OpenVersionAsync(string versionId, CancellationToken cancel) => _replica.OpenVersionAsync(versionId, cancel);

    /// <summary>Connects at once if there is no link: the machine woke up, or its addresses changed.</summary>
    public void Wake() => _replica.WakeLink();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _replica.DisposeAsync();
}
