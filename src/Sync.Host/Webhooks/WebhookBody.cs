using Sync.Host.Events;

namespace Sync.Host.Webhooks;

/// <summary>What a webhook is told: the event, as JSON.</summary>
internal sealed record WebhookBody(long Id, DateTimeOffset At, string Kind, string? Share, string? Guest, string? Path, string? State, string? Text, string? Job)
{
    public static WebhookBody Of(HostEvent what) => new(what.Id, what.At, what.Kind, what.Share, what.Guest, what.Path, what.State, what.Text, what.Job);
}
