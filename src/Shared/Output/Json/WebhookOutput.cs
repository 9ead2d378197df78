using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>Who is told of events by HTTP. Its secret is known to nobody but who added it.</summary>
internal sealed record WebhookOutput(string Id, string Url, IReadOnlyList<string> Events, string? Share, bool AllowLocal, long Delivered, long Failed, string? LastError)
{
    public static WebhookOutput From(WebhookInfo hook) =>
        new(hook.Id, hook.Url, [.. hook.Events], Text.OrNull(hook.Share), hook.AllowLocal, hook.Delivered, hook.Failed, Text.OrNull(hook.LastError));
}
