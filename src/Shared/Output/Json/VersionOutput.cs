using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>Something the version store holds.</summary>
internal sealed record VersionOutput(
    string Share, string Id, string Path, string Kind, long Size, long MtimeNs, DateTimeOffset DisplacedAt, string Reason)
{
    public static VersionOutput From(VersionItem item) => new(
        item.Share, item.Id, item.Path, item.Kind, item.Size, item.MtimeNs, Text.Moment(item.DisplacedAtUnixMs), item.Reason);
}
