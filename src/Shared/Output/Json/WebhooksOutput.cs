namespace Sync.Shared.Output.Json;

/// <summary>Everyone who is told of events by HTTP.</summary>
internal sealed record WebhooksOutput(IReadOnlyList<WebhookOutput> Webhooks);
