using System.CommandLine;
using System.Globalization;
using Sync.Host.Auditing;
using Sync.Host.Backup;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Commands;

/// <summary><c>restore FILE [--force]</c>.</summary>
internal static class RestoreCommand
{
    public static Command Create(CommandLineHost host)
    {
        var file = new Argument<string>("FILE") { Description = "What 'backup' has written" };
        var force = new Option<bool>("--force") { Description = "Set aside, in the data directory, the state that is there" };
        var command = new DocumentedCommand(
            "restore", "Take up the state of a backup, while no agent runs; no file of a share is touched, and newer work on any side stays",
            "sync-host restore /safe/host-2026-11-22.tar.gz --data /var/lib/sync-host")
        {
            file, force,
        };
        command.SetAction(async (parsed, _) =>
        {
            var data = host.Locate(parsed);
            var archive = BackupArchive.Read(Path.GetFullPath(parsed.GetValue(file)!));
            using var held = DataLock.TryTake(data) ?? throw DataLock.Taken(data);
            var aside = HostRestore.Restore(data, archive, parsed.GetValue(force), TimeProvider.System);
            var made = Printable.Moment(archive.Manifest.MadeAt);
            CommandAudit.Open(host, parsed, data).Write(new AuditEntry(AuditActor.Local, AuditActions.Restore) { Detail = "of " + made });
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{Printable.Text(data.Path)} has the state of {made}: {archive.Files.Count} files"));
            if (aside is not null)
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"What was there is in {Printable.Text(aside)}.");
            await parsed.InvocationConfiguration.Error.WriteLineAsync("Guests that have joined since then join anew. Start 'sync-host serve'.");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
