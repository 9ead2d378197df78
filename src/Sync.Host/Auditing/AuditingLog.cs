using Microsoft.Extensions.Logging;
using Sync.Shared.Data;

namespace Sync.Host.Auditing;

/// <summary>What the audit log tells of itself.</summary>
internal static partial class AuditingLog
{
    /// <summary>The audit log of a running agent, which tells of what it cannot write in the agent's log.</summary>
    public static AuditLog Open(DataDirectory data, TimeProvider time, ILogger log) =>
        new(data, time, (e, entry) => CannotWrite(log, e, data.AuditFile(0), entry));

    [LoggerMessage(EventId = 4510, Level = LogLevel.Error, Message = "{Path} cannot be written; this is missing in it: {Entry}")]
    public static partial void CannotWrite(ILogger log, Exception error, string path, string entry);
}
