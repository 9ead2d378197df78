using Microsoft.Extensions.Logging;

namespace Sync.Host.Access;

/// <summary>Tells in the log who was kept out.</summary>
internal sealed partial class AccessLog(ILogger<AccessLog> log) : IAccessLog
{
    public void Refused(string address, string? caller, string method, string why) => LogRefused(log, method, caller ?? "nobody", address, why);

    [LoggerMessage(EventId = 4150, Level = LogLevel.Warning, Message = "Refused {Method} to {Caller} from {Address}: {Why}")]
    private static partial void LogRefused(ILogger log, string method, string caller, string address, string why);
}
