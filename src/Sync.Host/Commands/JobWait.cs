using Google.Protobuf.WellKnownTypes;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Host.Commands;

/// <summary>Waits for a job, with progress on a terminal.</summary>
internal static class JobWait
{
    private static readonly TimeSpan WithProgress = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Without = TimeSpan.FromSeconds(30);

    /// <summary>The job once it has ended.</summary>
    public static async Task<Job> EndedAsync(Protocol.Control.Jobs.JobsClient jobs, Job job, TextWriter error, CancellationToken cancel)
    {
        var shows = Terminal.ShowsProgress;
        var wait = Duration.FromTimeSpan(shows ? WithProgress : Without);
        while (job.EndedAtUnixMs == 0)
        {
            job = await jobs.GetJobAsync(new GetJobRequest { Id = job.Id, Wait = wait }, cancellationToken: cancel);
            if (shows)
                await error.WriteAsync("\r\u001b[K" + Describe(job));
        }

        if (shows)
            await error.WriteAsync("\r\u001b[K");
        return job;
    }

    private static string Describe(Job job)
    {
        var away = job.Outcomes.Count(o => o.Outcome is "offline");
        var text = $"job {job.Id}: {job.Progress.PendingFiles} files, {Printable.Bytes(job.Progress.PendingBytes)} to go, {Printable.Bytes(job.Progress.DoneBytes)} done";
        return away > 0 ? text + $", waiting for {away} guests that are away" : text;
    }
}
