using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Sync.Engine.Replicas;
using Sync.Host.Access;
using Sync.Host.Config;
using Sync.Host.Events;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Replicas;

namespace Sync.Host.Jobs;

/// <summary>Takes jobs, runs them, and remembers how they ended. Safe from any thread.</summary>
internal sealed class JobDesk : IAsyncDisposable
{
    /// <summary>Jobs that have ended and are remembered.</summary>
    public const int Kept = 1000;

    /// <summary>Jobs at once.</summary>
    public const int MostRunning = 1000;

    private const int LongestKey = 200;
    private const int MostGuests = 10_000;
    private static readonly TimeSpan KeyLife = TimeSpan.FromDays(1);
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(7);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, JobRun> _jobs = new(StringComparer.Ordinal);
    private readonly IReplicaSet _replicas;
    private readonly ConfigStore<HostConfig> _config;
    private readonly OnDemandShares _onDemand;
    private readonly EventLog _events;
    private readonly JobStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();

    public JobDesk(
        IReplicaSet replicas, ConfigStore<HostConfig> config, OnDemandShares onDemand, EventLog events, JobStore store, TimeProvider time, ILogger log)
    {
        _replicas = replicas;
        _config = config;
        _onDemand = onDemand;
        _events = events;
        _store = store;
        _time = time;
        _log = log;
    }

    /// <summary>Goes on with the jobs that had not ended when the host did.</summary>
    public void Start()
    {
        foreach (var job in _store.Load())
        {
            var run = NewRun(job);
            lock (_lock)
                _jobs[job.Id] = run;
            if (!job.HasEnded)
                run.Start(_closing.Token);
        }
    }

    /// <summary>Takes a job; it runs from now on.</summary>
    /// <exception cref="CommandFailure">What is asked for cannot be.</exception>
    /// <exception cref="Grpc.Core.RpcException">The key was used for another job; too many jobs run.</exception>
    public Job Create(CreateJobRequest request, ApiCaller caller)
    {
        var job = Check(request, caller);
        JobRun run;
        lock (_lock)
        {
            if (job.IdempotencyKey is { } key && FindByKey(key, caller.Name) is { } same)
            {
                return same.Record.AsksTheSame(job)
                    ? same.Describe()
                    : throw ControlErrors.ToRpc(Grpc.Core.StatusCode.AlreadyExists, "idempotency-key-reused", $"the idempotency key was used for job {same.Record.Id}, which asks for something else; choose another");
            }

            if (_jobs.Values.Count(j => !j.Record.HasEnded) >= MostRunning)
                throw ControlErrors.ToRpc(Grpc.Core.StatusCode.ResourceExhausted, "too-many-jobs", $"{MostRunning} jobs run already; wait for some to end, or cancel them");
            _store.Save(job);
            run = NewRun(job);
            _jobs[job.Id] = run;
            Prune();
        }

        run.Start(_closing.Token);
        return run.Describe();
    }

    /// <summary>The job, once it has ended or <paramref name="wait"/> is over.</summary>
    public async Task<Job> GetAsync(string id, TimeSpan wait, ApiCaller caller, CancellationToken cancel)
    {
        var run = Find(id, caller);
        if (wait > TimeSpan.Zero)
            await run.EndedAsync(wait, cancel);
        return run.Describe();
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Job> List(string share, int limit)
    {
        lock (_lock)
        {
            return
            [
                .. _jobs.Values.Where(j => share.Length == 0 || string.Equals(j.Record.Share, share, StringComparison.Ordinal))
                    .OrderByDescending(j => j.Record.CreatedAt).Take(limit is > 0 and <= Kept ? limit : 100).Select(j => j.Describe()),
            ];
        }
    }

    /// <summary>Ends a job; one that has ended stays as it is.</summary>
    public async Task<Job> CancelAsync(string id, ApiCaller caller, CancellationToken cancel)
    {
        var run = Find(id, caller);
        await run.CancelAsync().WaitAsync(cancel);
        return run.Describe();
    }

    /// <summary>Stops all; those that run go on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        List<JobRun> runs;
        lock (_lock)
            runs = [.. _jobs.Values];
        foreach (var run in runs)
            await run.StoppedAsync();
        _closing.Dispose();
    }

    private JobRun NewRun(JobRecord job) => new(job, _replicas, name => FindRight(name, job.Share) is not null, _onDemand, _events, _store, _time, _log);

    private RightRecord? FindRight(string guest, string share) =>
        _config.Current.Guests.FirstOrDefault(g => string.Equals(g.Name, guest, StringComparison.Ordinal))?.FindRight(share);

    private JobRecord Check(CreateJobRequest request, ApiCaller caller)
    {
        if (_config.Current.FindShare(request.Share) is null)
            throw CommandFailure.NotFound($"no share '{Printable.Text(request.Share)}'; see 'sync-host share list'");
        if (request.Guests.Count > MostGuests)
            throw new CommandFailure(ExitCode.Usage, $"a job names at most {MostGuests} guests; leave them out to mean all");
        foreach (var name in request.Guests)
        {
            var right = FindRight(name, request.Share);
            if (right is { Visits: true })
                throw new CommandFailure(ExitCode.Usage, $"guest '{Printable.Text(name)}' only pulls and pushes: no agent of it follows share {Printable.Text(request.Share)}, so no job can wait for it; leave it out");
            if (right is null)
                throw CommandFailure.NotFound($"no guest '{Printable.Text(name)}' with a right to share {Printable.Text(request.Share)}; see 'sync-host guest list'");
        }

        var timeout = request.Timeout?.ToTimeSpan() ?? UsualTimeout;
        if (timeout <= TimeSpan.Zero || timeout > LongestTimeout)
            throw new CommandFailure(ExitCode.Usage, "a job may take more than nothing and at most 7 days; choose another timeout");
        if (Encoding.UTF8.GetByteCount(request.IdempotencyKey) > LongestKey)
            throw new CommandFailure(ExitCode.Usage, $"an idempotency key has at most {LongestKey} bytes; choose a shorter one");
        return new JobRecord
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
            Share = request.Share,
            Guests = [.. request.Guests.Distinct(StringComparer.Ordinal)],
            PathPrefix = PathPrefixes.Check(request.PathPrefix),
            Durable = request.Wait switch
            {
                "" or "durable" => true,
                "applied" => false,
                _ => throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(request.Wait)}' is nothing to wait for; choose applied or durable"),
            },
            IdempotencyKey = request.IdempotencyKey.Length > 0 ? request.IdempotencyKey : null,
            Timeout = timeout,
            MadeBy = caller.Name,
            CreatedAt = _time.GetUtcNow(),
        };
    }

    private JobRun? FindByKey(string key, string maker)
    {
        var oldest = _time.GetUtcNow() - KeyLife;
        return _jobs.Values.FirstOrDefault(j =>
            j.Record.CreatedAt > oldest && string.Equals(j.Record.IdempotencyKey, key, StringComparison.Ordinal) && string.Equals(j.Record.MadeBy, maker, StringComparison.Ordinal));
    }

    private JobRun Find(string id, ApiCaller caller)
    {
        lock (_lock)
        {
            // A token for another share is not told that there is such a job.
            return _jobs.TryGetValue(id, out var run) && (caller.Share is null || string.Equals(caller.Share, run.Record.Share, StringComparison.Ordinal))
                ? run
                : throw CommandFailure.NotFound($"no job '{Printable.Text(id)}' (any more); see 'sync-host job list'");
        }
    }

    private void Prune()
    {
        var ended = _jobs.Values.Where(j => j.Record.HasEnded).ToList();
        foreach (var run in ended.OrderBy(j => j.Record.CreatedAt).Take(Math.Max(0, ended.Count - Kept)))
        {
            _jobs.Remove(run.Record.Id);
            _store.Remove(run.Record.Id);
        }
    }
}
