using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary><c>flush --json</c>.</summary>
internal sealed record FlushOutput(bool Complete, IReadOnlyList<FlushItemOutput> Items)
{
    public static FlushOutput From(FlushReply reply) => new(
        reply.Items.All(item => item.Outcome is "complete"),
        [.. reply.Items.Select(FlushItemOutput.From)]);
}
