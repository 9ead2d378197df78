using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>How far a job is on one replica; guest null for the host.</summary>
internal sealed record JobOutcomeOutput(string? Guest, string Outcome, string? Reason, double TookMs, IReadOnlyList<ProblemOutput> Problems)
{
    public static JobOutcomeOutput From(JobOutcome outcome) =>
        new(Text.OrNull(outcome.Guest), outcome.Outcome, Text.OrNull(outcome.Reason), outcome.TookMs, ProblemOutput.From(outcome.Problems));
}
