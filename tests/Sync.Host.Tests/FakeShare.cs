using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Tags;

namespace Sync.Host.Tests;

/// <summary>A share that does what a test says.</summary>
internal sealed class FakeShare(string root) : IHostShare
{
    private volatile ReplicaStatus _status = new() { State = ReplicaState.InSync, Files = 3, Bytes = 42, Watching = "inotify", Placing = "exchange" };
    private readonly SemaphoreSlim _called = new(0);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Share => "docs";

    public string Root => root;

    public IShareTags Tags => throw new NotSupportedException();

    public FlushResult NextFlush { get; set; } = new(FlushOutcome.Complete, null, [], TimeSpan.FromMilliseconds(2));

    public List<Conflict> Conflicts { get; } = [];

    public List<string> Calls { get; } = [];

    public ReplicaStatus Status
    {
        get => _status;
        set
        {
            _status = value;
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    public Task<ReplicaStatus> StatusNowAsync(CancellationToken cancel) => Task.FromResult(_status);

    public Task StatusChangedAsync(ReplicaStatus since, CancellationToken cancel)
    {
        var changed = _changed;
        return ReferenceEquals(_status, since) ? changed.Task.WaitAsync(cancel) : Task.CompletedTask;
    }

    public Task<FlushResult> FlushAsync(TimeSpan timeout, FlushScope scope, CancellationToken cancel) => Task.FromResult(NextFlush);

    public Task PauseAsync(CancellationToken cancel) => CallAsync("pause");

    public Task ResumeAsync(bool force, CancellationToken cancel) => CallAsync(force ? "resume force" : "resume");

    public Task<int> RevertAsync(CancellationToken cancel) => Task.FromResult(7);

    public Task<VerifyResult> VerifyAsync(bool deep, IProgress<VerifyProgress>? progress, CancellationToken cancel)
    {
        progress?.Report(new VerifyProgress(1, 3, 10, 42));
        return Task.FromResult(new VerifyResult(3, deep ? 42 : 0, deep ? [new Problem("a", "rotten", "same stamp, other bytes")] : []));
    }

    public Task<IReadOnlyList<Conflict>> ConflictsAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<Conflict>>([.. Conflicts]);

    public Task<int> ResolveAsync(string keep, string? path, CancellationToken cancel) =>
        Task.FromResult(Conflicts.RemoveAll(c => keep is not "nobody" && (path is null || c.Path == path || c.CopyPath == path)));

    public Task<IReadOnlyList<StoredVersion>> VersionsAsync(string? path, CancellationToken cancel) => Task.FromResult<IReadOnlyList<StoredVersion>>(
        [new StoredVersion("v1", path ?? "a", EntryKind.File, 5, 1, DateTimeOffset.UnixEpoch, "replaced")]);

    public Task<string> RestoreAsync(string versionId, string? targetPath, CancellationToken cancel) => Task.FromResult(targetPath ?? "a");

    public Task<IReadableFile> OpenFileAsync(string path, CancellationToken cancel) => throw new IOException("no files here");

    public Task<IReadableFile> OpenVersionAsync(string versionId, CancellationToken cancel) => throw new IOException("no versions here");

    public ValueTask<IGuestSession> OpenSessionAsync(GuestGrant grant, SessionHello hello, CancellationToken cancel) => throw new NotSupportedException();

    public Task<bool> HasDirectoryAsync(string path, CancellationToken cancel) => Task.FromResult(true);

    public Task RevokeAsync(string fingerprint, CancellationToken cancel) => CallAsync("revoke " + fingerprint);

    public void Reconnect(string fingerprint) => _ = CallAsync("reconnect " + fingerprint);

    public Task SetPolicyAsync(SharePolicy policy, CancellationToken cancel) => CallAsync("policy " + policy.Conflicts);

    public Task<IReadOnlyDictionary<string, FlushResult>> FlushGuestsAsync(string? guestName, TimeSpan timeout, FlushScope scope, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyDictionary<string, FlushResult>>(guestName is "stranger" ? new Dictionary<string, FlushResult>(StringComparer.Ordinal) : new Dictionary<string, FlushResult>(StringComparer.Ordinal)
        {
            [guestName ?? "vm"] = new FlushResult(FlushOutcome.Disconnected, "offline", [], TimeSpan.Zero),
        });

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Completes with the next call.</summary>
    public async Task CalledAsync(CancellationToken cancel) => await _called.WaitAsync(cancel);

    private Task CallAsync(string call)
    {
        lock (Calls)
            Calls.Add(call);
        _called.Release();
        return Task.CompletedTask;
    }
}
