using Sync.Protocol.Control;

namespace Sync.Host.Jobs;

/// <summary>Jobs in the API's messages and words.</summary>
internal static class JobMapping
{
    public static string WordOf(JobState state) => state switch
    {
        JobState.Queued => "queued",
        JobState.Running => "running",
        JobState.Done => "done",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    public static Job ToJob(JobRecord record, (long PendingFiles, long PendingBytes, long DoneFiles, long DoneBytes) meter)
    {
        var job = new Job
        {
            Id = record.Id,
            Share = record.Share,
            PathPrefix = record.PathPrefix,
            Wait = record.Durable ? "durable" : "applied",
            State = WordOf(record.State),
            Reason = record.Reason ?? "",
            CreatedAtUnixMs = record.CreatedAt.ToUnixTimeMilliseconds(),
            EndedAtUnixMs = record.EndedAt?.ToUnixTimeMilliseconds() ?? 0,
            MadeBy = record.MadeBy,
            Progress = new JobProgress
            {
                PendingFiles = meter.PendingFiles,
                PendingBytes = meter.PendingBytes,
                DoneFiles = meter.DoneFiles,
                DoneBytes = meter.DoneBytes,
            },
        };
        job.Guests.AddRange(record.Guests);
        foreach (var part in record.Parts)
        {
            var outcome = new JobOutcome { Guest = part.Guest, Outcome = part.Outcome, Reason = part.Reason ?? "", TookMs = part.TookMs };
            if (part.Problems is { } problems)
                outcome.Problems.AddRange(problems.Select(ControlMapping.ToInfo));
            job.Outcomes.Add(outcome);
        }

        return job;
    }
}
