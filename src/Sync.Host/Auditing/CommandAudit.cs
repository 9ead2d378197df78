using System.CommandLine;
using Sync.Shared.Commands;
using Sync.Shared.Data;

namespace Sync.Host.Auditing;

/// <summary>The audit log of a command that changes something without an agent; the caller holds the data directory's lock.</summary>
internal static class CommandAudit
{
    public static AuditLog Open(CommandLineHost host, ParseResult parsed, DataDirectory data)
    {
        var error = parsed.InvocationConfiguration.Error;
        return new AuditLog(data, TimeProvider.System, (e, entry) => error.WriteLine($"{host.Program}: the audit log cannot be written ({e.Message}); this is missing in it: {entry}"));
    }
}
