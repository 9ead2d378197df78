using Microsoft.Extensions.Logging;

namespace Sync.Protocol.Serving;

internal static partial class LineLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Error, Message = "serial:{path}: the line failed, and begins anew")]
    public static partial void Failed(ILogger log, string path, Exception error);
}
