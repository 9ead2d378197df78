namespace Sync.Shared.Output.Json;

/// <summary><c>push --json</c>.</summary>
internal sealed record PushOutput
{
    public required string Share { get; init; }
    public required string Path { get; init; }
    public required string SubPath { get; init; }
    public long Revision { get; init; }
    public bool DryRun { get; init; }
    public long Created { get; init; }
    public long Updated { get; init; }
    public long Touched { get; init; }
    public long Deleted { get; init; }
    public long Unchanged { get; init; }
    public long Bytes { get; init; }
    public long BytesSent { get; init; }
    public double TookMs { get; init; }
    public required IReadOnlyList<PushConflictOutput> Conflicts { get; init; }
    public required IReadOnlyList<ProblemOutput> Problems { get; init; }
    public required IReadOnlyList<string> Skipped { get; init; }
    public IReadOnlyList<PushItemOutput>? Items { get; init; }
}
