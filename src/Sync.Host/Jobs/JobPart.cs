using Sync.Engine.Link;

namespace Sync.Host.Jobs;

/// <summary>How far a job is on one replica.</summary>
/// <param name="Guest">Empty for the host itself.</param>
/// <param name="Outcome">A word of the API: waiting, complete, problems, offline, timed-out, halted, paused, refused, unknown, cancelled.</param>
/// <param name="Reason">For people; null if there is nothing to say.</param>
/// <param name="Problems">Paths that are not in sync; at most 100.</param>
/// <param name="TookMs">From the job's beginning, in milliseconds.</param>
internal sealed record JobPart(string Guest, string Outcome, string? Reason = null, IReadOnlyList<Problem>? Problems = null, double TookMs = 0)
{
    public const string Complete = "complete";
    public const string Offline = "offline";
    public const string Waiting = "waiting";
    public const string Cancelled = "cancelled";

    public bool IsComplete => Outcome is Complete;
}
