using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A path that is not in sync, and why.</summary>
internal sealed record ProblemOutput(string Path, string Code, string Message)
{
    public static IReadOnlyList<ProblemOutput> From(IEnumerable<ProblemInfo> problems) =>
        [.. problems.Select(p => new ProblemOutput(p.Path, p.Code, p.Message))];
}
