using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Protocol.Control;

namespace Sync.Host.Jobs;

/// <summary>One round of a job over its guests and the host.</summary>
internal sealed class JobRound(IHostShare share, JobRecord job, Func<List<string>> guests, TimeProvider time)
{
    private const int MostProblems = 100;

    /// <summary>The host's part first, then each guest's, by name.</summary>
    public async Task<IReadOnlyList<JobPart>> RunAsync(CancellationToken cancel)
    {
        var scope = new FlushScope(job.PathPrefix, job.Durable);
        // What a guest has that the journal lacks goes to the others too: first in from all, then out to all. Who fails is told by the second.
        var names = guests();
        if (names.Count > 0)
            _ = await FlushAsync(names, scope, cancel);
        var own = ToPart("", await share.FlushAsync(Left(), scope, cancel));
        if (!own.IsComplete)
            return [own, .. names.Select(n => new JobPart(n, JobPart.Waiting))];
        var results = await FlushAsync(names, scope, cancel);
        return [own, .. names.Select((name, i) => ToPart(name, results[i]))];
    }

    private Task<FlushResult[]> FlushAsync(List<string> names, FlushScope scope, CancellationToken cancel) =>
        Task.WhenAll(names.Select(async name =>
            (await share.FlushGuestsAsync(name, Left(), scope, cancel)).TryGetValue(name, out var result)
                ? result
                : new FlushResult(FlushOutcome.Disconnected, $"guest '{name}' is not connected", [], TimeSpan.Zero)));

    private TimeSpan Left()
    {
        var left = job.CreatedAt + job.Timeout - time.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private JobPart ToPart(string guest, FlushResult result)
    {
        var took = (time.GetUtcNow() - job.CreatedAt).TotalMilliseconds;
        var problems = result.Problems;
        var word = result.Outcome is FlushOutcome.Disconnected && guest.Length > 0 ? JobPart.Offline : ReplicaWords.Of(result.Outcome);
        return new JobPart(guest, word, result.Reason, problems.Count == 0 ? null : [.. problems.Take(MostProblems)], took);
    }
}
