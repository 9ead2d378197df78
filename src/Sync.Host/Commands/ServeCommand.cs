using System.CommandLine;
using System.Net;
using Sync.Host.Serving;
using Sync.Host.Web;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Settings;

namespace Sync.Host.Commands;

/// <summary><c>serve [--data DIR] [--listen ADDRESS]... [--share NAME=PATH]...</c>.</summary>
internal static class ServeCommand
{
    public static Command Create(CommandLineHost host)
    {
        var listen = new Option<string[]>("--listen")
        {
            Description = "Where guests reach this host (0.0.0.0:7443): ADDR:PORT (port 0 takes a free one, the same as last time if it can), unix:PATH, serial:PATH or vsock:PORT; may be repeated",
            HelpName = "ADDRESS",
        };
        listen.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!ListenText.TryParseAll(token.Value, out _))
                    result.AddError($"'{token.Value}' is not {ListenText.Wanted}.");
            }
        });
        var shares = new Option<string[]>("--share") { Description = "Add this share, if it is not there yet; may be repeated", HelpName = "NAME=PATH" };
        shares.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (token.Value.IndexOf('=', StringComparison.Ordinal) is var split && (split <= 0 || split == token.Value.Length - 1))
                    result.AddError($"'{token.Value}' is not NAME=PATH.");
            }
        });
        var api = new Option<IPEndPoint?>("--api")
        {
            Description = "Where the API and the dashboard answer, by HTTPS; without it, only the local user's commands reach this host",
            HelpName = "ADDR:PORT",
            CustomParser = result =>
            {
                if (ListenAddress.TryParse(result.Tokens[0].Value, out var endpoint))
                    return endpoint;
                result.AddError($"'{result.Tokens[0].Value}' is not ADDR:PORT, such as 127.0.0.1:8443 or [::]:8443.");
                return null;
            },
        };
        var certificate = new Option<string?>("--api-certificate") { Description = "Certificate and key for the API, as PEM (the host's own identity)", HelpName = "FILE" };
        var log = LogOption.Create();
        var command = new DocumentedCommand(
            "serve", "Run the host's agent in the foreground; SIGTERM or Ctrl-C ends it",
            "sync-host serve --share docs=/srv/docs", "sync-host serve --listen 192.168.122.1:7443 --listen unix:/run/sync/host.sock --data /var/lib/sync-host", "sync-host serve --api 127.0.0.1:8443")
        {
            shares,
        };
        var settings = new SettingsOptions(
            host.Program, (listen, SettingDefinitions.Listen), (api, SettingDefinitions.Api), (certificate, SettingDefinitions.ApiCertificate), (log, SettingDefinitions.LogLevel));
        settings.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var data = host.Locate(parsed);
            var process = new HostProcess(data, TimeProvider.System, parsed.InvocationConfiguration.Error);
            var added = (parsed.GetValue(shares) ?? []).Select(Parse).ToList();
            await process.RunAsync(settings.Read(parsed, data, Environment.GetEnvironmentVariables()), added, cancel);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static AddShareRequest Parse(string share)
    {
        var split = share.IndexOf('=', StringComparison.Ordinal);
        return new AddShareRequest { Name = share[..split], Path = Path.GetFullPath(share[(split + 1)..]) };
    }
}
