namespace Sync.Web.Api;

/// <summary>What the API logs; event ids 5000–5099.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(EventId = 5000, Level = LogLevel.Error, Message = "The call {Method} failed")]
    public static partial void CallFailed(ILogger log, Exception error, string method);
}
