using Sync.Protocol.Control;

namespace Sync.Client;

/// <summary>A job at one moment.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Share">The share.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Reason">Why it failed, for people; null if it has not.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="EndedAt">When it ended; null if it has not.</param>
/// <param name="PendingFiles">Files that are waited for.</param>
/// <param name="PendingBytes">Bytes that are waited for.</param>
/// <param name="DoneFiles">Files that have come since it began.</param>
/// <param name="DoneBytes">Bytes that have come since it began.</param>
/// <param name="Outcomes">One for the host, one for each guest.</param>
public sealed record SyncJob(
    string Id,
    string Share,
    SyncJobState State,
    string? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt,
    long PendingFiles,
    long PendingBytes,
    long DoneFiles,
    long DoneBytes,
    IReadOnlyList<SyncJobOutcome> Outcomes)
{
    internal static SyncJob From(Job job) => new(
        job.Id,
        job.Share,
        job.State switch
        {
            "queued" => SyncJobState.Queued,
            "running" => SyncJobState.Running,
            "done" => SyncJobState.Done,
            "failed" => SyncJobState.Failed,
            "cancelled" => SyncJobState.Cancelled,
            _ => SyncJobState.Unknown,
        },
        OrNull(job.Reason),
        DateTimeOffset.FromUnixTimeMilliseconds(job.CreatedAtUnixMs),
        job.EndedAtUnixMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(job.EndedAtUnixMs),
        job.Progress?.PendingFiles ?? 0,
        job.Progress?.PendingBytes ?? 0,
        job.Progress?.DoneFiles ?? 0,
        job.Progress?.DoneBytes ?? 0,
        [.. job.Outcomes.Select(o => new SyncJobOutcome(OrNull(o.Guest), o.Outcome, OrNull(o.Reason), [.. o.Problems.Select(p => KeyValuePair.Create(p.Path, p.Message))]))]);

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
