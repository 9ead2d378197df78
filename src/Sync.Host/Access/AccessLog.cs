using Microsoft.Extensions.Logging;
using Sync.Host.Auditing;

namespace Sync.Host.Access;

/// <summary>Tells in the audit log and in the log who was kept out.</summary>
internal sealed partial class AccessLog(IAuditLog audit, ILogger<AccessLog> log) : IAccessLog
{
    public void Refused(string address, string? caller, string method, string why)
    {
        audit.Write(new AuditEntry(caller ?? "nobody", AuditActions.TokenRefuse) { Target = method, Detail = $"from {address}: {why}", Outcome = AuditEntry.Refused });
        LogRefused(log, method, caller ?? "nobody", address, why);
    }

    [LoggerMessage(EventId = 4150, Level = LogLevel.Warning, Message = "Refused {Method} to {Caller} from {Address}: {Why}")]
    private static partial void LogRefused(ILogger log, string method, string caller, string address, string why);
}
