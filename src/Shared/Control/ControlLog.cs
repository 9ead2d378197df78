using Microsoft.Extensions.Logging;

namespace Sync.Shared.Control;

/// <summary>What the control API logs.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(EventId = 4101, Level = LogLevel.Error, Message = "The control call {Method} failed")]
    public static partial void CallFailed(ILogger log, Exception error, string method);
}
