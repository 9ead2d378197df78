using System.CommandLine;
using Sync.Host.Provisioning;
using Sync.Protocol.Control;
using Sync.Protocol.Identities;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>guest provision NAME --share S --format F</c>.</summary>
internal static class ProvisionCommand
{
    public static Command Create(CommandLineHost host)
    {
        var name = new Argument<string>("NAME") { Description = "What the machine is called here" };
        var share = new Option<string>("--share") { Description = "The share it joins", HelpName = "NAME", Required = true };
        var format = new Option<string>("--format") { Description = string.Join(", ", RecipeFormats.Names), HelpName = "FORMAT", Required = true };
        format.AcceptOnlyFromAmong([.. RecipeFormats.Names]);
        var directory = new Option<string?>("--dir") { Description = "Where the share's files go on that machine (/srv/SHARE)", HelpName = "PATH" };
        var from = new Option<string?>("--from") { Description = "Where that machine reaches this host's API, where the API's own address is not the way in", HelpName = "HOST:PORT" };
        var address = new Option<string[]>("--address") { Description = "How the guest reaches this host, as for invite; may be repeated", HelpName = "ADDRESS" };
        var platform = new Option<string>("--platform") { Description = "Whose archive: linux-x64, linux-arm64, linux-musl-x64", HelpName = "PLATFORM", DefaultValueFactory = _ => "linux-x64" };
        platform.AcceptOnlyFromAmong([.. GuestArchives.Platforms]);
        var user = new Option<string?>("--user") { Description = "As whom the agent runs there, and whose the files are (root)", HelpName = "NAME" };
        var readOnly = new Option<bool>("--read-only") { Description = "The guest may only read" };
        var ephemeral = new Option<bool>("--ephemeral") { Description = "It leaves nothing behind on the host when it goes" };
        var ttl = new TimeOption("--ttl", "How long it may take until the machine first starts (24h)", TimeSpan.FromHours(24));
        var command = new DocumentedCommand(
            "provision", "Print what makes a fresh machine join a share by itself: it holds a single-use invite",
            "sync-host guest provision build-7 --share src --format cloud-init --from 192.168.122.1:8443 > user-data", "sync-host guest provision dev --share src --format vagrant --from 10.0.2.2:8443 --address 10.0.2.2:7443")
        {
            name, share, format, directory, from, address, platform, user, readOnly, ephemeral, ttl,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var called = parsed.GetValue(name)!;
            if (called.Length is 0 or > 64 || called.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')))
                throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(called)}' is no guest's name: 1 to 64 of A-Z a-z 0-9 . _ -");
            var place = parsed.GetValue(directory) ?? "/srv/" + parsed.GetValue(share);
            if (!place.StartsWith('/') || place.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-')))
                throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(place)}' is no absolute path of A-Z a-z 0-9 / . _ -; choose another with --dir");
            var (owner, asked) = (parsed.GetValue(user), parsed.GetValue(format)!);
            if (owner is not null && (owner.Length is 0 or > 32 || owner[0] == '-' || owner.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))))
                throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(owner)}' is no user's name: 1 to 32 of A-Z a-z 0-9 . _ -");
            if (owner is not null && asked is "compose" or "jenkins-agent")
                throw new CommandFailure(ExitCode.Usage, $"what {asked} runs has one user: leave --user out");
            var (archive, sha256) = GuestArchives.Find(host.Locate(parsed), parsed.GetValue(platform)!);
            using var agent = host.Connect(parsed);
            var api = await ApiAsync(agent.Access, parsed.GetValue(from), cancel);
            var request = new CreateInviteRequest
            {
                Share = parsed.GetValue(share)!, ReadOnly = parsed.GetValue(readOnly), TtlMs = (long)ttl.Of(parsed).TotalMilliseconds, Uses = 1, Ephemeral = parsed.GetValue(ephemeral), LingerMs = 60_000,
            };
            request.Addresses.AddRange(parsed.GetValue(address) ?? []);
            using var access = await HostAccess.OpenAsync(host, parsed, cancel);
            var invite = await access.Administration.CreateInviteAsync(request, cancel);
            var recipe = new GuestRecipe(called, parsed.GetValue(share)!, place, invite.Token, new Uri(api, "/packages/" + archive), sha256, owner);
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                $"invite {invite.Id} to {request.Share}, for one guest, until {Printable.Moment(Text.Moment(invite.ExpiresAtUnixMs))}, by way of {string.Join(", ", invite.Addresses)}; the archive from {recipe.Archive}");
            if (invite.Addresses.All(IsOwnMachine))
                await parsed.InvocationConfiguration.Error.WriteLineAsync("every address of this host that the invite names leads a machine to itself: say with --address how that one reaches this host");
            if ((await access.Administration.ListGuestsAsync(cancel)).Guests.Any(guest => guest.Name == called))
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"a guest {called} is known: that machine joins one more share by this; another, or the same one made anew, becomes {called}-2 unless you 'sync-host guest revoke {called}' first");
            await parsed.InvocationConfiguration.Output.WriteAsync(RecipeFormats.Render(asked, recipe));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static bool IsOwnMachine(string text) =>
        PeerAddress.TryParse(text, out var address) && address.Transport == PeerTransport.Tcp && (address.Host == "localhost" || (System.Net.IPAddress.TryParse(address.Host, out var ip) && System.Net.IPAddress.IsLoopback(ip)));

    private static async Task<Uri> ApiAsync(Protocol.Control.Access.AccessClient access, string? from, CancellationToken cancel)
    {
        PeerAddress asked = default;
        if (from is not null && (!PeerAddress.TryParse(from, out asked) || asked.Transport != PeerTransport.Tcp))
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(from)}' is not HOST:PORT");

        // The code that comes with it is good for a minute and unused.
        var address = (await access.CreateSignInAsync(new CreateSignInRequest(), cancellationToken: cancel)).Address;
        if (address.Length == 0)
            throw new CommandFailure("this host offers nothing by HTTPS: start it with 'sync-host serve --api ADDR:PORT'");
        if (from is not null) return new Uri("https://" + asked);
        var api = new Uri(address);
        // Where it listens on every address it tells of this one.
        return api.IsLoopback ? throw new CommandFailure(ExitCode.Usage, $"{api.Authority} leads to this machine alone: say which address of the API that machine reaches with --from HOST:{api.Port}") : api;
    }
}
