using System.CommandLine;
using System.Globalization;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>invite --share NAME</c>, and <c>invite list|revoke</c>.</summary>
internal static class InviteCommand
{
    public static Command Create(CommandLineHost host)
    {
        var share = new Option<string?>("--share") { Description = "The share it gives access to", HelpName = "NAME" };
        var readOnly = new Option<bool>("--read-only") { Description = "The guest may only read" };
        var ttl = new TimeOption("--ttl", "How long it holds (1h)", TimeSpan.FromHours(1));
        var uses = new Option<int>("--uses") { Description = "How many guests may use it (1)", HelpName = "COUNT", DefaultValueFactory = _ => 1 };
        var address = new Option<string[]>("--address") { Description = "How guests reach this host, where it cannot know: HOST:PORT, unix:PATH, serial:PATH or vsock:CID:PORT; may be repeated", HelpName = "ADDRESS" };
        var ephemeral = new Option<bool>("--ephemeral") { Description = "Guests that pair by it leave nothing behind on the host when they go" };
        var linger = new TimeOption("--linger", "How long an ephemeral guest that has gone is remembered (60s)", TimeSpan.FromSeconds(60));
        var command = new DocumentedCommand(
            "invite", "Print a one-line token that lets a guest join a share",
            "sync-host invite --share docs", "sync-host invite --share artifacts --read-only --ephemeral --uses 20 --ttl 12h --address build.example:7443")
        {
            share, readOnly, ttl, uses, address, ephemeral, linger, List(host), Revoke(host),
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(linger) is { Implicit: false } && !result.GetValue(ephemeral))
                result.AddError("--linger is for --ephemeral guests: others stay until they are revoked.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var request = new CreateInviteRequest
            {
                Share = parsed.GetValue(share) ?? throw new CommandFailure(ExitCode.Usage, "name the share to invite to with --share NAME; see 'sync-host share list'"),
                ReadOnly = parsed.GetValue(readOnly),
                TtlMs = (long)ttl.Of(parsed).TotalMilliseconds,
                Uses = parsed.GetValue(uses),
                Ephemeral = parsed.GetValue(ephemeral),
                LingerMs = (long)linger.Of(parsed).TotalMilliseconds,
            };
            request.Addresses.AddRange(parsed.GetValue(address) ?? []);
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var invite = await access.Administration.CreateInviteAsync(request, cancel);
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                $"invite {invite.Id} to {request.Share}, until {Printable.Moment(Text.Moment(invite.ExpiresAtUnixMs))}, by way of {string.Join(", ", invite.Addresses)}");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(invite.Token);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandLineHost host)
    {
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("list", "The invites that still hold", "sync-host invite list") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var list = await access.Administration.ListInvitesAsync(cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                OutputJson.Write(output, new InvitesOutput([.. list.Invites.Select(InviteOutput.From)]));
                return (int)ExitCode.Done;
            }

            var table = new TextTable("ID", "SHARE", "RIGHTS", "USES LEFT", "UNTIL");
            foreach (var invite in list.Invites)
            {
                table.Add(
                    invite.Id,
                    invite.Share,
                    ShareText.Right(invite.ReadOnly, invite.Ephemeral),
                    invite.UsesLeft.ToString(CultureInfo.InvariantCulture),
                    Printable.Moment(Text.Moment(invite.ExpiresAtUnixMs)));
            }

            table.Write(output);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke(CommandLineHost host)
    {
        var id = new Argument<string>("ID") { Description = "As 'invite list' shows it" };
        var command = new DocumentedCommand("revoke", "Make an invite worthless", "sync-host invite revoke 3fa92c01") { id };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var invite = await access.Administration.RevokeInviteAsync(new RevokeInviteRequest { Id = parsed.GetValue(id)! }, cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{invite.Id}: revoked");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
