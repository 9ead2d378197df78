using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary><c>share show --json</c>.</summary>
internal sealed record ShareOutput(string Name, string Path, PolicyOutput Policy, bool Paused, DateTimeOffset AddedAt)
{
    public static ShareOutput From(ShareInfo share) => new(
        share.Name, share.Path, PolicyOutput.From(share.Policy), share.Paused, Text.Moment(share.AddedAtUnixMs));
}
