using System.CommandLine;
using System.Collections;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Settings;

namespace Sync.Shared.Commands;

/// <summary>The settings as flags of the command that starts an agent: <c>--set KEY=VALUE</c>, and options of their own for some.</summary>
internal sealed class SettingsOptions(string program, params (Option Option, string Key)[] own)
{
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "A setting, before what settings.json and the environment say; may be repeated (see 'config show')",
        HelpName = "KEY=VALUE",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_set);
        foreach (var (option, _) in own)
            command.Options.Add(option);
    }

    /// <summary>All that sets something for this start.</summary>
    /// <exception cref="CommandFailure">A flag is none.</exception>
    public SettingsSource Read(ParseResult parsed, DataDirectory data, IDictionary environment)
    {
        var faults = new List<string>();
        var definitions = SettingDefinitions.Of(program);
        var flags = SettingsLayers.Flags(parsed.GetValue(_set) ?? [], definitions, faults).ToList();
        foreach (var (option, key) in own)
        {
            // A default is nobody's wish.
            if (parsed.GetResult(option) is not { Implicit: false, Tokens: { Count: > 0 } tokens }) continue;
            var isFile = definitions.First(d => d.Key == key).Kind == SettingKind.File;
            flags.Add(new SettingValue(key, string.Join(", ", tokens.Select(t => isFile ? Path.GetFullPath(t.Value) : t.Value)), option.Name));
        }

        if (faults.Count > 0)
            throw new CommandFailure(ExitCode.Usage, string.Join("; ", faults));
        return new SettingsSource(program, data, environment, flags);
    }

    /// <summary>Reads settings for a start.</summary>
    /// <exception cref="CommandFailure">They cannot be used.</exception>
    public static AgentSettings Check(SettingsSource source)
    {
        try
        {
            return source.Read();
        }
        catch (SettingsException e)
        {
            throw e.ToFailure();
        }
    }
}
