using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A share of <see cref="StatusOutput"/>.</summary>
internal sealed record ReplicaOutput
{
    public required string Name { get; init; }
    public required string Path { get; init; }
    public required string SubPath { get; init; }
    public string? Host { get; init; }
    public required string State { get; init; }
    public string? Reason { get; init; }
    public long Files { get; init; }
    public long Directories { get; init; }
    public long Symlinks { get; init; }
    public long Bytes { get; init; }
    public long PendingOut { get; init; }
    public long PendingIn { get; init; }
    public long PendingInBytes { get; init; }
    public long BytesSent { get; init; }
    public long BytesReceived { get; init; }
    public long FilesHashed { get; init; }
    public long Cursor { get; init; }
    public ulong Epoch { get; init; }
    public required string Direction { get; init; }
    public required string Watching { get; init; }
    public required string Placing { get; init; }
    public double? RoundTripMs { get; init; }
    public int Conflicts { get; init; }
    public int ProblemCount { get; init; }
    public required IReadOnlyList<ProblemOutput> Problems { get; init; }
    public required IReadOnlyList<ReplicaGuestOutput> Guests { get; init; }

    public static ReplicaOutput From(ReplicaInfo info) => new()
    {
        Name = info.Name,
        Path = info.Path,
        SubPath = info.SubPath,
        Host = Text.OrNull(info.Host),
        State = info.State,
        Reason = Text.OrNull(info.Reason),
        Files = info.Files,
        Directories = info.Directories,
        Symlinks = info.Symlinks,
        Bytes = info.Bytes,
        PendingOut = info.PendingOut,
        PendingIn = info.PendingIn,
        PendingInBytes = info.PendingInBytes,
        BytesSent = info.BytesSent,
        BytesReceived = info.BytesReceived,
        FilesHashed = info.FilesHashed,
        Cursor = info.Cursor,
        Epoch = info.Epoch,
        Direction = info.Direction,
        Watching = info.Watching,
        Placing = info.Placing,
        RoundTripMs = info.HasRoundTripMs ? info.RoundTripMs : null,
        Conflicts = info.Conflicts,
        ProblemCount = info.ProblemCount,
        Problems = ProblemOutput.From(info.Problems),
        Guests = [.. info.Guests.Select(ReplicaGuestOutput.From)],
    };
}
