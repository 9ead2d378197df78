using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary><c>verify --json</c>.</summary>
internal sealed record VerifyOutput(bool Clean, IReadOnlyList<VerifyShareOutput> Shares)
{
    public static VerifyOutput From(IReadOnlyList<VerifyOutcome> outcomes) => new(
        outcomes.All(outcome => outcome.Problems.Count == 0),
        [.. outcomes.Select(o => new VerifyShareOutput(o.Share, o.Files, o.Bytes, ProblemOutput.From(o.Problems)))]);
}
