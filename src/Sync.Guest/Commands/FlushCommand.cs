using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Commands;

namespace Sync.Guest.Commands;

/// <summary><c>flush [--share NAME] [--timeout 60s]</c>.</summary>
internal static class FlushCommand
{
    public static Command Create(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var timeout = FlushRun.TimeoutOption();
        var json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "flush", "Wait until all that exists now, here and on the host, is identical and durable on both", "sync-guest flush", "sync-guest flush --share docs --timeout 5m")
        {
            share, timeout, json,
        };
        command.SetAction((parsed, cancel) => FlushRun.RunAsync(
            host,
            parsed,
            new FlushRequest { Share = parsed.GetValue(share)!, TimeoutMs = (long)timeout.Of(parsed).TotalMilliseconds },
            parsed.GetValue(json),
            cancel));
        return command;
    }
}
