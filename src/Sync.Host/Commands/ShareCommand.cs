using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>share add|list|show|set|remove</c>.</summary>
internal static class ShareCommand
{
    public static Command Create(CommandLineHost host)
    {
        var command = new DocumentedCommand("share", "The directories this host offers", "sync-host share add docs /srv/docs", "sync-host share list")
        {
            Add(host), List(host), Show(host), Set(host), Remove(host),
        };
        return command;
    }

    private static Command Add(CommandLineHost host)
    {
        var name = new Argument<string>("NAME") { Description = "What guests and commands call it" };
        var path = new Argument<string>("PATH") { Description = "The directory" };
        var policy = new PolicyOptions();
        var command = new DocumentedCommand(
            "add", "Offer a directory; the same name and path again is the same share",
            "sync-host share add docs /srv/docs", "sync-host share add src ~/src --vcs-ignore --conflicts newest-wins --ignore '*.o'")
        {
            name, path,
        };
        policy.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var request = new AddShareRequest
            {
                Name = parsed.GetValue(name)!,
                // Relative to here, not to where the agent runs.
                Path = Path.GetFullPath(parsed.GetValue(path)!),
                Policy = policy.Read(parsed),
            };
            var share = await access.Administration.AddShareAsync(request, cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{share.Name}: {Printable.Text(share.Path)}");
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandLineHost host)
    {
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("list", "The shares", "sync-host share list --json") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var list = await access.Administration.ListSharesAsync(cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                OutputJson.Write(output, new SharesOutput([.. list.Shares.Select(ShareOutput.From)]));
                return (int)ExitCode.Done;
            }

            var table = new TextTable("SHARE", "DIRECTION", "CONFLICTS", "PAUSED", "PATH");
            foreach (var share in list.Shares)
                table.Add(share.Name, share.Policy.Direction, share.Policy.Conflicts, share.Paused ? "yes" : "no", share.Path);
            table.Write(output);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Show(CommandLineHost host)
    {
        var name = new Argument<string>("NAME") { Description = "The share" };
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("show", "One share and its policy", "sync-host share show docs") { name, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var list = await access.Administration.ListSharesAsync(cancel);
            var share = list.Shares.FirstOrDefault(s => string.Equals(s.Name, parsed.GetValue(name), StringComparison.Ordinal))
                ?? throw new CommandFailure($"no share '{Printable.Text(parsed.GetValue(name)!)}'; see 'sync-host share list'");
            if (parsed.GetValue(json))
                OutputJson.Write(parsed.InvocationConfiguration.Output, ShareOutput.From(share));
            else
                ShareText.Write(parsed.InvocationConfiguration.Output, share);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Set(CommandLineHost host)
    {
        var name = new Argument<string>("NAME") { Description = "The share" };
        var policy = new PolicyOptions();
        var command = new DocumentedCommand(
            "set", "Change a share's policy, live; a list given here takes the place of the old one",
            "sync-host share set docs --conflicts newest-wins", "sync-host share set docs --vcs-ignore false --ignore '*.tmp' --ignore build/")
        {
            name,
        };
        policy.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var share = await access.Administration.SetShareAsync(
                new SetShareRequest { Name = parsed.GetValue(name)!, Policy = policy.Read(parsed) }, cancel);
            ShareText.Write(parsed.InvocationConfiguration.Output, share);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(CommandLineHost host)
    {
        var name = new Argument<string>("NAME") { Description = "The share" };
        var command = new DocumentedCommand("remove", "No longer offer a directory; every file stays, here and on guests", "sync-host share remove docs") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var share = await access.Administration.RemoveShareAsync(new RemoveShareRequest { Name = parsed.GetValue(name)! }, cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{share.Name}: removed; {Printable.Text(share.Path)} keeps every file");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
