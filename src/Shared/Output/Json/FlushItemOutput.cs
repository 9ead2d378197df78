using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>How one replica's flush ended; <paramref name="Guest"/> is null for the agent's own replica.</summary>
internal sealed record FlushItemOutput(
    string Share, string? Guest, string Outcome, string? Reason, double TookMs, IReadOnlyList<ProblemOutput> Problems)
{
    public static FlushItemOutput From(FlushItem item) => new(
        item.Share, Text.OrNull(item.Guest), item.Outcome, Text.OrNull(item.Reason), item.TookMs, ProblemOutput.From(item.Problems));
}
