using System.CommandLine;
using Sync.Host.Auditing;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>audit [--since 1h] [--lines N] [--json]</c>.</summary>
internal static class AuditCommand
{
    private const int UsualLines = 100;

    public static Command Create(CommandLineHost host)
    {
        var since = CommonOptions.Since();
        var lines = CommonOptions.Lines(UsualLines);
        var json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "audit", "Who paired, invited, revoked, resolved, restored or changed settings", "sync-host audit", "sync-host audit --since 7d --lines 1000 --json")
        {
            since, lines, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            var data = host.Locate(parsed);
            if (!data.IsOpenToUser())
                throw new CommandFailure(ExitCode.NotAllowed, $"the data directory {Printable.Text(data.Path)} belongs to another user; run as that user, or name your own with --data");
            DateTimeOffset? from = parsed.GetValue(since) is { } span ? TimeProvider.System.GetUtcNow() - span : null;
            var (entries, unreadable) = AuditReader.Read(data, from, parsed.GetValue(lines));
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                OutputJson.Write(output, new AuditOutput([.. entries.Select(ToOutput)], unreadable));
                return (int)ExitCode.Done;
            }

            Write(output, entries);
            if (unreadable > 0)
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"{Printable.Count(unreadable)} lines cannot be read: cut by a power loss, or changed by somebody.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static AuditEntryOutput ToOutput(AuditEntry entry) =>
        new(entry.At, entry.Actor, entry.Action, entry.Share, entry.Target, entry.Outcome, entry.Detail, entry.LeftOut);

    private static void Write(TextWriter output, IReadOnlyList<AuditEntry> entries)
    {
        var table = new TextTable("AT", "WHO", "WHAT", "OUTCOME", "SHARE", "TARGET", "DETAIL");
        foreach (var entry in entries)
        {
            var detail = entry.LeftOut is { } left ? FormattableString.Invariant($"({left} refusals before it are left out) {entry.Detail}") : entry.Detail ?? "";
            table.Add(Printable.Moment(entry.At), entry.Actor, entry.Action, entry.Outcome, entry.Share ?? "-", entry.Target ?? "-", detail);
        }

        table.Write(output);
    }
}
