using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Protocol.Identities;
using Sync.Protocol.Invites;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Progress;

namespace Sync.Guest.Commands;

/// <summary><c>join TOKEN DIR [--address ADDRESS] [--path SUB] [--name NAME] [--direction …]</c>.</summary>
internal static class JoinCommand
{
    public static Command Create(CommandLineHost host)
    {
        var token = new Argument<string>("TOKEN") { Description = "The host's invite; '-' reads it from stdin" };
        var directory = new Argument<string>("DIR") { Description = "The directory to bind; made if it is missing" };
        var address = Address();
        var path = SubPath();
        var name = new Option<string?>("--name") { Description = "What the host is to call this guest (the machine's name); one that it knows keeps its name", HelpName = "NAME" };
        var direction = CommonOptions.Direction("Less than the share's own direction");
        var command = new DocumentedCommand(
            "join", "Pair with a host, and bind a directory to its share",
            "sync-guest join sync1.… ~/docs", "sync-guest join sync1.… /srv/src --path project/src --address 10.0.2.2:7443")
        {
            token, directory, address, path, name, direction,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var text = parsed.GetValue(token)!;
            if (text is "-")
                text = await Console.In.ReadLineAsync(cancel) ?? "";
            if (!Invite.TryParse(text, out var invite, out var error))
                throw new CommandFailure(ExitCode.Usage, error);
            var request = new JoinRequest(
                invite,
                Path.GetFullPath(parsed.GetValue(directory)!),
                parsed.GetValue(address) ?? [],
                parsed.GetValue(path)!.Trim('/'),
                parsed.GetValue(name) ?? Environment.MachineName,
                parsed.GetValue(direction));
            var outcome = await WaitProgress.WhileAsync(
                $"asking the host at {string.Join(", ", request.Addresses.Count > 0 ? request.Addresses : invite.Addresses)}",
                Joining.JoinAsync(host.Locate(parsed), request, cancel),
                parsed.InvocationConfiguration.Error);
            var binding = outcome.Binding;
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{Printable.Text(binding.Directory)} is bound to share {Printable.Text(binding.Share)} as {Printable.Text(binding.Name)}");
            if (outcome.NameNote(parsed.GetValue(name)) is { } note)
                await parsed.InvocationConfiguration.Error.WriteLineAsync(Printable.Text(note));
            if (!outcome.IsLive)
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"Start the agent with '{host.StartCommand}'.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary><c>--address ADDRESS</c>, checked.</summary>
    internal static Option<string[]> Address()
    {
        var address = new Option<string[]>("--address") { Description = "The way to the host, where the invite's is not: HOST:PORT, unix:PATH, serial:PATH or vsock:CID:PORT; may be repeated", HelpName = "ADDRESS" };
        address.Validators.Add(result =>
        {
            foreach (var item in result.Tokens)
            {
                if (!PeerAddress.TryParse(item.Value, out _))
                    result.AddError($"'{item.Value}' is not {PeerAddress.Wanted}.");
            }
        });
        return address;
    }

    /// <summary><c>--path SUB</c>, checked.</summary>
    internal static Option<string> SubPath()
    {
        var path = new Option<string>("--path") { Description = "Only this directory of the share", HelpName = "SUB", DefaultValueFactory = _ => "" };
        path.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { Length: > 0 } sub && !IsInside(sub))
                result.AddError($"'{sub}' is not a directory inside the share: write it as a/b.");
        });
        return path;
    }

    /// <summary>Whether it is a path of a directory within a share.</summary>
    internal static bool IsInside(string sub) =>
        !sub.StartsWith('/') && sub.TrimEnd('/').Split('/').All(part => part.Length > 0 && part is not ("." or "..") && !part.Contains('\0', StringComparison.Ordinal));
}
