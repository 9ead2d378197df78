using Microsoft.Extensions.Logging;

namespace Sync.Host.Web;

/// <summary>What is logged of the web server; event ids 4400–4499.</summary>
internal static partial class WebLog
{
    [LoggerMessage(EventId = 4400, Level = LogLevel.Error, Message = "The web server ended by itself with {Code}; started again in {Pause}")]
    public static partial void Ended(ILogger log, int code, TimeSpan pause);

    [LoggerMessage(EventId = 4401, Level = LogLevel.Error, Message = "The web server could not be started again: {Reason}")]
    public static partial void NotStarted(ILogger log, string reason);
}
