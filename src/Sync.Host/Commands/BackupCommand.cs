using System.CommandLine;
using Sync.Host.Auditing;
using Sync.Host.Backup;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Commands;

/// <summary><c>backup FILE</c>.</summary>
internal static class BackupCommand
{
    public static Command Create(CommandLineHost host)
    {
        var file = new Argument<string>("FILE") { Description = "A .tar.gz that is not there yet; made for this user alone" };
        var command = new DocumentedCommand(
            "backup", "Write the host's state (identity, shares, guests, tokens, settings, audit log) to one file, also while it runs; keep it as secret as the key in it",
            "sync-host backup /safe/host-2026-11-22.tar.gz")
        {
            file,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = host.Locate(parsed);
            var path = Path.GetFullPath(parsed.GetValue(file)!);
            using var access = await ConfigAccess.OpenAsync(data, cancel);
            var request = new BackupRequest { Path = path };
            var reply = access.Agent is { } agent
                ? await agent.Operations.BackupAsync(request, cancellationToken: cancel)
                : await WithoutAgentAsync(host, parsed, data, request, cancel);
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"{Printable.Count(reply.Files)} files, {Printable.Bytes(reply.Bytes)}; who has it can be this host.");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(Printable.Text(path));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static async Task<BackupReply> WithoutAgentAsync(CommandLineHost host, ParseResult parsed, DataDirectory data, BackupRequest request, CancellationToken cancel)
    {
        if (!File.Exists(data.ConfigFile))
            throw new CommandFailure($"there is no host's state in {Printable.Text(data.Path)}; name its directory with --data");
        using var identity = AgentIdentity.Load(data);
        var backup = new HostBackup(data, identity.Fingerprint, TimeProvider.System);
        return await AuditInterceptor.AuditedAsync(CommandAudit.Open(host, parsed, data), AuditWords.Of(request, AuditActor.Local)!, async () =>
        {
            var (files, bytes) = await backup.WriteAsync(request.Path, cancel);
            return new BackupReply { Files = files, Bytes = bytes };
        });
    }
}
