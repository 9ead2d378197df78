using System.Collections;
using Sync.Shared.Data;

namespace Sync.Shared.Settings;

/// <summary>Reads the settings of an agent from all that may set them.</summary>
/// <param name="program">"sync-host" or "sync-guest".</param>
/// <param name="data">Where settings.json is.</param>
/// <param name="variables">The environment.</param>
/// <param name="flags">What the command line sets, checked.</param>
internal sealed class SettingsSource(string program, DataDirectory data, IDictionary variables, IReadOnlyList<SettingValue> flags)
{
    public IReadOnlyList<SettingDefinition> Definitions { get; } = SettingDefinitions.Of(program);

    /// <summary>The file.</summary>
    public string Path => data.SettingsFile;

    /// <summary>What holds now.</summary>
    /// <exception cref="SettingsException">Something is wrong; all of it is told.</exception>
    public AgentSettings Read()
    {
        var faults = new List<string>();
        var file = ReadFile(faults);
        // The one that programs which send telemetry have in common.
        var otlp = program is "sync-host" && variables["OTEL_EXPORTER_OTLP_ENDPOINT"] is string { Length: > 0 } url
            ? Checked(new SettingValue(SettingDefinitions.OtlpEndpoint, url, "OTEL_EXPORTER_OTLP_ENDPOINT"), faults) : [];
        var environment = SettingsLayers.Environment(variables, Definitions, faults);
        if (faults.Count > 0)
            throw new SettingsException(faults);
        return new AgentSettings(SettingsLayers.Merge(Definitions, file, otlp, environment, flags));
    }

    private IReadOnlyList<SettingValue> ReadFile(List<string> faults)
    {
        if (!File.Exists(Path))
            return [];
        try
        {
            return SettingsFile.Read(File.ReadAllBytes(Path), System.IO.Path.GetFileName(Path), Definitions, faults);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{Path} cannot be read: {e.Message}");
            return [];
        }
    }

    private IReadOnlyList<SettingValue> Checked(SettingValue value, List<string> faults)
    {
        if (SettingsLayers.Check(value.Key, value.Text, Definitions, out _) is not { } fault)
            return [value];
        faults.Add($"{value.Source}: {fault}");
        return [];
    }
}
