using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A conflict copy; <paramref name="Replica"/> says whose bytes it holds.</summary>
internal sealed record ConflictOutput(string Share, string Path, string CopyPath, string Replica, DateTimeOffset At, long Size)
{
    public static ConflictOutput From(ConflictItem item) =>
        new(item.Share, item.Path, item.CopyPath, item.Replica, Text.Moment(item.AtUnixMs), item.Size);
}
