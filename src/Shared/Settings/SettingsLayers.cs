using System.Collections;
using Sync.Shared.Data;

namespace Sync.Shared.Settings;

/// <summary>What is set by whom: defaults, then settings.json, then the environment, then flags; later ones win. Pure.</summary>
internal static class SettingsLayers
{
    /// <summary>A variable of a setting begins so; parts are divided by two underscores, as .NET has it.</summary>
    public const string Prefix = "SYNC_";

    /// <summary>Those that are read elsewhere, and are no settings.</summary>
    private static readonly string[] OtherVariables = [DataDirectory.Variable];

    /// <summary>Whether a key is one and a text fits it.</summary>
    /// <returns>What is wrong; null: nothing, and <paramref name="canonical"/> is the key as it is written in the definitions.</returns>
    public static string? Check(string key, string text, IReadOnlyList<SettingDefinition> definitions, out string canonical)
    {
        canonical = key;
        if (definitions.FirstOrDefault(d => d.Matches(key)) is not { } definition)
            return $"'{key}' is no setting; there are {string.Join(", ", definitions.Select(d => d.Key.Split(':')[0]).Distinct(StringComparer.Ordinal))} (see 'config show')";
        canonical = definition.Canonical(key);
        return SettingText.Fault(definition.Kind, text) is { } fault ? $"'{canonical}': {fault}" : null;
    }

    /// <summary>The settings of an environment. A variable that is none is not one of these: it may be another program's.</summary>
    public static IReadOnlyList<SettingValue> Environment(IDictionary variables, IReadOnlyList<SettingDefinition> definitions, List<string> faults)
    {
        var values = new List<SettingValue>();
        foreach (DictionaryEntry entry in variables)
        {
            var (variable, text) = ((string)entry.Key, (string?)entry.Value ?? "");
            if (!variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || OtherVariables.Contains(variable, StringComparer.OrdinalIgnoreCase) || text.Length == 0)
                continue;
            var key = variable[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal);
            if (!definitions.Any(d => d.Matches(key)))
                continue;
            if (Check(key, text, definitions, out var canonical) is { } fault)
                faults.Add($"{variable}: {fault}");
            else
                values.Add(new SettingValue(canonical, text, variable));
        }

        return values;
    }

    /// <summary>Variables that begin like a setting's and are none: slips of the pen, most likely.</summary>
    public static IEnumerable<string> Strays(IDictionary variables, IReadOnlyList<SettingDefinition> definitions) =>
        variables.Keys.Cast<string>()
            .Where(v => v.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !OtherVariables.Contains(v, StringComparer.OrdinalIgnoreCase))
            .Where(v => !definitions.Any(d => d.Matches(v[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal))))
            .Order(StringComparer.Ordinal);

    /// <summary>The settings of KEY=VALUE flags.</summary>
    public static IReadOnlyList<SettingValue> Flags(IEnumerable<string> flags, IReadOnlyList<SettingDefinition> definitions, List<string> faults)
    {
        var values = new List<SettingValue>();
        foreach (var flag in flags)
        {
            var split = flag.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0)
                faults.Add($"--set {flag}: write KEY=VALUE, such as rates:up=20M");
            else if (Check(flag[..split], flag[(split + 1)..], definitions, out var canonical) is { } fault)
                faults.Add($"--set {flag}: {fault}");
            else
                values.Add(new SettingValue(canonical, flag[(split + 1)..], "--set"));
        }

        return values;
    }

    /// <summary>All that holds, by key: of several layers the last one's.</summary>
    public static SortedDictionary<string, SettingValue> Merge(IReadOnlyList<SettingDefinition> definitions, params IEnumerable<IReadOnlyList<SettingValue>> layers)
    {
        var merged = new SortedDictionary<string, SettingValue>(StringComparer.Ordinal);
        foreach (var definition in definitions)
        {
            if (definition.Default is { } usual && !definition.Key.AsSpan().ContainsAny('*', '#'))
                merged[definition.Key] = new SettingValue(definition.Key, usual, "default");
        }

        foreach (var layer in layers)
        {
            foreach (var value in layer)
                merged[value.Key] = value;
        }

        return merged;
    }
}
