using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A job.</summary>
internal sealed record JobOutput(
    string Id,
    string Share,
    IReadOnlyList<string> Guests,
    string PathPrefix,
    string Wait,
    string State,
    string? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt,
    long PendingFiles,
    long PendingBytes,
    long DoneFiles,
    long DoneBytes,
    IReadOnlyList<JobOutcomeOutput> Outcomes,
    string MadeBy)
{
    public static JobOutput From(Job job) => new(
        job.Id,
        job.Share,
        [.. job.Guests],
        job.PathPrefix,
        job.Wait,
        job.State,
        Text.OrNull(job.Reason),
        Text.Moment(job.CreatedAtUnixMs),
        job.EndedAtUnixMs == 0 ? null : Text.Moment(job.EndedAtUnixMs),
        job.Progress.PendingFiles,
        job.Progress.PendingBytes,
        job.Progress.DoneFiles,
        job.Progress.DoneBytes,
        [.. job.Outcomes.Select(JobOutcomeOutput.From)],
        job.MadeBy);
}
