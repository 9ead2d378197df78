using System.CommandLine;
using System.Security.Cryptography;
using Sync.Engine.Publishing;
using Sync.Guest.Config;
using Sync.Guest.Pushing;
using Sync.Protocol.Invites;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Guest.Commands;

/// <summary><c>push DIR TOKEN|SHARE[/SUB]</c>: a directory of the share becomes one of this machine; one way, once, without an agent.</summary>
internal static class PushCommand
{
    public static Command Create(CommandLineHost host)
    {
        var directory = new Argument<string>("DIR") { Description = "The directory whose content is pushed" };
        var to = new Argument<string>("TOKEN|SHARE[/SUB]") { Description = "The host's invite ('-' reads it from stdin), or a share that this guest was paired for, and the directory in it" };
        var path = JoinCommand.SubPath();
        var address = JoinCommand.Address();
        var name = new Option<string?>("--name") { Description = "What the host is to call this guest (the machine's name)", HelpName = "NAME" };
        var keep = new Option<bool>("--keep-extra") { Description = "Keep what the share has and DIR has not; without it, it is deleted" };
        var force = new Option<bool>("--force") { Description = "Delete as much as it takes, also everything" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would be done, path by path" };
        var json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "push", "Make a directory of a share exactly a directory of this machine: once, without an agent",
            "sync-guest push out artifacts/nightly", "sync-guest push out sync1.… --path results/42", "sync-guest push out artifacts --dry-run --json")
        {
            directory, to, path, address, name, keep, force, dryRun, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            var target = await TargetAsync(parsed.GetValue(to)!, parsed.GetValue(path)!, parsed.GetValue(address) ?? [], parsed.GetValue(name), interrupt.Token);
            var data = host.Locate(parsed);
            var real = RealPath.Of(Path.GetFullPath(parsed.GetValue(directory)!));
            using var identity = AgentIdentity.Load(data);
            await using var paired = new PushHost(data, target, identity);
            Check(data, real, target, paired.Fingerprint);
            var options = new PublishOptions
            {
                Share = target.Share,
                Directory = real,
                SubPath = target.SubPath,
                KeepExtra = parsed.GetValue(keep),
                Force = parsed.GetValue(force),
                DryRun = parsed.GetValue(dryRun),
                DataDirectory = Path.Combine(data.Path, "push", paired.Fingerprint[..16]),
                Process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
            };
            return (int)await RunAsync(options, paired, parsed, parsed.GetValue(json), interrupt.Token);
        });
        return command;
    }

    private static async Task<PushTarget> TargetAsync(string to, string path, IReadOnlyList<string> addresses, string? name, CancellationToken cancel)
    {
        var text = to is "-" ? await Console.In.ReadLineAsync(cancel) ?? "" : to;
        var proposed = name ?? Environment.MachineName;
        if (Invite.TryParse(text, out var invite, out var error)) return new PushTarget(invite, invite.Share, addresses, path.Trim('/'), proposed);
        if (to is "-" || text.StartsWith(Invite.Prefix, StringComparison.Ordinal)) throw new CommandFailure(ExitCode.Usage, error);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return new PushTarget(null, text, addresses, path.Trim('/'), proposed);
        var sub = text[(slash + 1)..].TrimEnd('/');
        if (path.Length > 0) throw new CommandFailure(ExitCode.Usage, $"the directory in the share is named twice: as {Printable.Text(sub)} and as {Printable.Text(path)}; name it once");
        if (sub.Length > 0 && !JoinCommand.IsInside(sub)) throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(sub)}' is not a directory inside the share: write it as a/b");
        return new PushTarget(null, text[..slash], addresses, sub, proposed);
    }

    /// <summary>What is joined is the share already: its agent brings every change, and a second way in would only conflict with that.</summary>
    private static void Check(DataDirectory data, string directory, PushTarget target, string fingerprint)
    {
        var bindings = ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig()).Current.Bindings;
        if (bindings.FirstOrDefault(b => b.Share == target.Share && b.HostFingerprint == fingerprint && b.Directory == directory) is not null)
            throw new CommandFailure($"{Printable.Text(directory)} is joined to share {Printable.Text(target.Share)}: its agent brings what is in it by itself; 'sync-guest flush' waits for that");
    }

    private static async Task<ExitCode> RunAsync(PublishOptions options, PushHost host, ParseResult parsed, bool json, CancellationToken cancel)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var begun = TimeProvider.System.GetTimestamp();
        PublishResult result;
        try
        {
            using var progress = new PushProgress(error, TimeProvider.System, Terminal.ShowsProgress);
            result = await Publisher.RunAsync(options, host, progress, cancel);
        }
        catch (Exception e) when (PushFailures.Of(e) is not null)
        {
            throw PushFailures.Of(e)!;
        }

        var took = TimeProvider.System.GetElapsedTime(begun);
        if (json) OutputJson.Write(output, PushReport.ToOutput(options, result, took));
        else PushReport.Write(output, error, options, result, took);
        return PushReport.CodeOf(result);
    }
}
