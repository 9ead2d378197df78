namespace Sync.Shared.Output.Json;

/// <summary><c>pull --json</c>.</summary>
internal sealed record PullOutput
{
    public required string Share { get; init; }

    public required string Path { get; init; }

    public required string SubPath { get; init; }

    public required long Revision { get; init; }

    public required string? Tag { get; init; }

    public required bool Unchanged { get; init; }

    public required bool DryRun { get; init; }

    public required long Files { get; init; }

    public required long Directories { get; init; }

    public required long Symlinks { get; init; }

    public required long Bytes { get; init; }

    public required long Created { get; init; }

    public required long Updated { get; init; }

    public required long Touched { get; init; }

    public required long Deleted { get; init; }

    public required long Kept { get; init; }

    public required long BytesReceived { get; init; }

    public required long BytesFromCache { get; init; }

    public required int Rounds { get; init; }

    public required double TookMs { get; init; }

    public required IReadOnlyList<PullItemOutput>? Items { get; init; }
}
