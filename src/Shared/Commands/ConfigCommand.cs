using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;
using Sync.Shared.Settings;

namespace Sync.Shared.Commands;

/// <summary><c>config show|check|schema</c>.</summary>
internal static class ConfigCommand
{
    public static Command Create(CommandLineHost host) => new DocumentedCommand(
        "config", "What is set, by whom, and whether it can be used", $"{host.Program} config show", $"{host.Program} config check")
    {
        Show(host), Check(host), Schema(host),
    };

    private static Command Show(CommandLineHost host)
    {
        var json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "show", "Every setting, and where it comes from: those of the running agent, else of its next start", $"{host.Program} config show --json") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = host.Locate(parsed);
            using var agent = AgentConnection.TryOpen(data);
            var list = agent is null
                ? SettingsMapping.ToList(SettingsOptions.Check(Source(host, data)), SettingDefinitions.Of(host.Program))
                : await agent.Operations.GetSettingsAsync(new SettingsRequest(), cancellationToken: cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                OutputJson.Write(output, new SettingsOutput(agent is not null, data.SettingsFile, [.. list.Settings.Select(s => new SettingOutput(s.Key, s.Value, s.Source, s.Live))]));
                return (int)ExitCode.Done;
            }

            var table = new TextTable("SETTING", "VALUE", "FROM", "A CHANGE HOLDS");
            foreach (var setting in list.Settings)
                table.Add(setting.Key, setting.Value, setting.Source, setting.Live ? "at once" : "from the next start");
            table.Write(output);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Check(CommandLineHost host)
    {
        var file = new Argument<string?>("FILE") { Description = "The file (settings.json in the data directory)", Arity = ArgumentArity.ZeroOrOne };
        var command = new DocumentedCommand("check", "Whether settings can be used; each fault with its line", $"{host.Program} config check", $"{host.Program} config check new.json") { file };
        command.SetAction(async (parsed, cancel) =>
        {
            var data = host.Locate(parsed);
            var definitions = SettingDefinitions.Of(host.Program);
            var faults = new List<string>();
            var path = parsed.GetValue(file) ?? data.SettingsFile;
            if (parsed.GetValue(file) is not null || File.Exists(path))
                SettingsFile.Read(await File.ReadAllBytesAsync(path, cancel), Path.GetFileName(path), definitions, faults);
            var variables = Environment.GetEnvironmentVariables();
            SettingsLayers.Environment(variables, definitions, faults);
            var error = parsed.InvocationConfiguration.Error;
            foreach (var stray in SettingsLayers.Strays(variables, definitions))
                await error.WriteLineAsync($"{stray} is no setting; see 'config show'");
            foreach (var fault in faults)
                await error.WriteLineAsync(Printable.Text(fault));
            if (faults.Count == 0)
                await parsed.InvocationConfiguration.Output.WriteLineAsync(File.Exists(path) ? $"{Printable.Text(path)} can be used" : $"{Printable.Text(path)} is not there: all is as usual");
            return (int)(faults.Count > 0 ? ExitCode.Failed : ExitCode.Done);
        });
        return command;
    }

    private static Command Schema(CommandLineHost host)
    {
        var command = new DocumentedCommand("schema", "The JSON schema of settings.json, for editors", $"{host.Program} config schema > settings.schema.json");
        command.SetAction(async (parsed, _) =>
        {
            await parsed.InvocationConfiguration.Output.WriteAsync(SettingsSchema.Of(host.Program));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static SettingsSource Source(CommandLineHost host, DataDirectory data) => new(host.Program, data, Environment.GetEnvironmentVariables(), []);
}
