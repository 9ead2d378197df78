using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Commands;

namespace Sync.Host.Commands;

/// <summary><c>flush [--guest NAME|--all] [--share NAME]</c>.</summary>
internal static class FlushCommand
{
    public static Command Create(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var timeout = FlushRun.TimeoutOption();
        var json = CommonOptions.Json();
        var guest = new Option<string?>("--guest") { Description = "Wait for this guest too", HelpName = "NAME" };
        var all = new Option<bool>("--all") { Description = "Wait for every guest too" };
        var command = new DocumentedCommand(
            "flush", "Wait until all that exists now is in the journal, durably; with guests, until it is identical on them",
            "sync-host flush", "sync-host flush --all --timeout 5m", "sync-host flush --guest build-7 --share docs")
        {
            share, guest, all, timeout, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) && result.GetValue(guest) is not null)
                result.AddError("Name one guest with --guest, or --all of them, not both.");
        });
        command.SetAction((parsed, cancel) => FlushRun.RunAsync(
            host,
            parsed,
            new FlushRequest
            {
                Share = parsed.GetValue(share)!,
                TimeoutMs = (long)timeout.Of(parsed).TotalMilliseconds,
                Guest = parsed.GetValue(guest) ?? "",
                AllGuests = parsed.GetValue(all),
            },
            parsed.GetValue(json),
            cancel));
        return command;
    }
}
