using Microsoft.Extensions.Logging;

namespace Sync.Host.Registry;

/// <summary>Logs of the registry.</summary>
internal static partial class RegistryLog
{
    [LoggerMessage(EventId = 4211, Level = LogLevel.Warning, Message = "A guest of share {Share} that has gone could not be forgotten: {Reason}; it is tried again")]
    public static partial void NotForgotten(ILogger log, string share, string reason);
}
