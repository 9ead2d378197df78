using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>guest list|set|revoke|provision</c>.</summary>
internal static class GuestCommand
{
    public static Command Create(CommandLineHost host)
    {
        var command = new DocumentedCommand("guest", "The paired guests and their rights", "sync-host guest list", "sync-host guest revoke build-7")
        {
            List(host), Set(host), Revoke(host), ProvisionCommand.Create(host),
        };
        return command;
    }

    private static Command List(CommandLineHost host)
    {
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("list", "Every paired guest, and what it may do", "sync-host guest list --json") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var list = await access.Administration.ListGuestsAsync(cancel);
            if (parsed.GetValue(json))
                OutputJson.Write(parsed.InvocationConfiguration.Output, new GuestsOutput([.. list.Guests.Select(GuestOutput.From)]));
            else
                Write(parsed.InvocationConfiguration.Output, list.Guests);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Set(CommandLineHost host)
    {
        var name = new Argument<string>("NAME") { Description = "The guest's name or fingerprint" };
        var share = CommonOptions.Share();
        var direction = CommonOptions.Direction("Its direction; 'share' for the share's own", "share");
        var conflicts = CommonOptions.Conflicts("How its conflicts end; 'share' for the share's own", "share");
        var readOnly = new Option<bool?>("--read-only") { Description = "Whether it may only read" };
        var command = new DocumentedCommand(
            "set", "Change a guest's rights, from its next connection on", "sync-host guest set build-7 --direction to-guest", "sync-host guest set laptop --share docs --conflicts guest-wins")
        {
            name, share, direction, conflicts, readOnly,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var request = new SetGuestRequest { Guest = parsed.GetValue(name)!, Share = parsed.GetValue(share)! };
            if (parsed.GetValue(direction) is { } word)
                request.Direction = word;
            if (parsed.GetValue(conflicts) is { } policy)
                request.Conflicts = policy;
            if (parsed.GetValue(readOnly) is { } only)
                request.ReadOnly = only;
            Write(parsed.InvocationConfiguration.Output, [await access.Administration.SetGuestAsync(request, cancel)]);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke(CommandLineHost host)
    {
        var name = new Argument<string>("NAME") { Description = "The guest's name or fingerprint" };
        var share = CommonOptions.Share();
        var command = new DocumentedCommand(
            "revoke", "Take back a guest's right to a share, or its pairing, at once; its files stay", "sync-host guest revoke build-7") { name, share };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var request = new RevokeGuestRequest { Guest = parsed.GetValue(name)!, Share = parsed.GetValue(share)! };
            var guest = await access.Administration.RevokeGuestAsync(request, cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{guest.Name}: revoked");
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, IEnumerable<GuestInfo> guests)
    {
        var table = new TextTable("GUEST", "SHARE", "RIGHTS", "DIRECTION", "CONFLICTS", "PAIRED", "FINGERPRINT");
        foreach (var guest in guests)
        {
            var paired = Printable.Moment(Text.Moment(guest.PairedAtUnixMs));
            if (guest.Rights.Count == 0)
                table.Add(guest.Name, "-", "none", "-", "-", paired, guest.Fingerprint);
            foreach (var right in guest.Rights)
            {
                table.Add(
                    guest.Name,
                    right.Share,
                    ShareText.Right(right.ReadOnly, right.Ephemeral, right.Visits),
                    right.Direction.Length > 0 ? right.Direction : "share",
                    right.Conflicts.Length > 0 ? right.Conflicts : "share",
                    paired,
                    guest.Fingerprint);
            }
        }

        table.Write(output);
    }
}
