using Microsoft.Extensions.Logging;

namespace Sync.Host.Webhooks;

/// <summary>What webhooks log; event ids 4300–4399.</summary>
internal static partial class WebhookLog
{
    [LoggerMessage(EventId = 4300, Level = LogLevel.Warning, Message = "Webhook {Id} could not be told of event {Event}: {Reason}; tried again in {Pause}")]
    public static partial void Failed(ILogger log, string id, long @event, string reason, TimeSpan pause);

    [LoggerMessage(EventId = 4301, Level = LogLevel.Error, Message = "Webhook {Id} was not told of event {Event}: {Reason}; given up after {Tries} tries")]
    public static partial void GivenUp(ILogger log, string id, long @event, string reason, int tries);
}
