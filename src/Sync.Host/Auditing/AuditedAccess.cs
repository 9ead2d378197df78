using Sync.Host.Access;

namespace Sync.Host.Auditing;

/// <summary>Who was kept out of the API, told to the audit log too.</summary>
internal sealed class AuditedAccess(IAccessLog inner, IAuditLog log) : IAccessLog
{
    public void Refused(string address, string? caller, string method, string why)
    {
        inner.Refused(address, caller, method, why);
        log.Write(new AuditEntry(caller ?? AuditActor.Unknown, AuditActions.TokenRefuse) { Outcome = AuditEntry.Refused, Target = method, Detail = $"{why}, from {address}" });
    }
}
