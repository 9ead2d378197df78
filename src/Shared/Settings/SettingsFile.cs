using System.Text;
using System.Text.Json;

namespace Sync.Shared.Settings;

/// <summary>Reads settings.json: JSON with comments and trailing commas, each value with the line on which it stands. Pure.</summary>
internal static class SettingsFile
{
    private const int DeepestKey = 8;

    /// <summary>The values, in order.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="name">The file's, for messages.</param>
    /// <param name="definitions">The settings there are.</param>
    /// <param name="faults">Takes what is wrong, each with its line.</param>
    public static IReadOnlyList<SettingValue> Read(ReadOnlySpan<byte> json, string name, IReadOnlyList<SettingDefinition> definitions, List<string> faults)
    {
        var values = new List<SettingValue>();
        // As editors of Windows write it.
        if (json.StartsWith(Encoding.UTF8.Preamble))
            json = json[Encoding.UTF8.Preamble.Length..];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = DeepestKey });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                faults.Add($"{name}:1: settings are an object: {{ \"logLevel\": \"debug\" }}");
                return values;
            }

            ReadObject(ref reader, json, "", name, definitions, values, faults);
            // Whatever follows the object is an error that only reading on finds.
            reader.Read();
        }
        catch (JsonException e)
        {
            faults.Add(FormattableString.Invariant($"{name}:{e.LineNumber + 1}: no JSON: {Reason(e)}"));
        }

        return values;
    }

    private static void ReadObject(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, string prefix, string name, IReadOnlyList<SettingDefinition> definitions, List<SettingValue> values, List<string> faults)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var line = LineAt(json, reader.TokenStartIndex);
            var word = reader.GetString()!;
            if (!seen.Add(word))
                faults.Add(FormattableString.Invariant($"{name}:{line}: '{prefix}{word}' is set twice"));
            if (word.Contains(':', StringComparison.Ordinal))
                faults.Add(FormattableString.Invariant($"{name}:{line}: '{word}' has a ':': write parts as objects within objects"));
            reader.Read();
            ReadValue(ref reader, json, prefix + word, line, name, definitions, values, faults);
        }
    }

    private static void ReadValue(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, string key, int line, string name, IReadOnlyList<SettingDefinition> definitions, List<SettingValue> values, List<string> faults)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                if (!IsBranch(key, definitions))
                    faults.Add(FormattableString.Invariant($"{name}:{line}: {Unknown(key, definitions)}"));
                ReadObject(ref reader, json, key + ":", name, definitions, values, faults);
                break;
            case JsonTokenType.StartArray:
                if (!IsBranch(key + ":0", definitions) && !definitions.Any(d => d.Matches(key + ":0")))
                    faults.Add(FormattableString.Invariant($"{name}:{line}: '{key}' is no list"));
                for (var number = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; number++)
                    ReadValue(ref reader, json, FormattableString.Invariant($"{key}:{number}"), LineAt(json, reader.TokenStartIndex), name, definitions, values, faults);
                break;
            case JsonTokenType.Null:
                // As if it did not stand there.
                break;
            case JsonTokenType.String:
                Take(key, reader.GetString()!, line, name, definitions, values, faults);
                break;
            default:
                Take(key, Encoding.UTF8.GetString(reader.ValueSpan), line, name, definitions, values, faults);
                break;
        }
    }

    private static void Take(string key, string text, int line, string name, IReadOnlyList<SettingDefinition> definitions, List<SettingValue> values, List<string> faults)
    {
        // For editors, which then complete and check by the schema.
        if (key is "$schema")
            return;
        var source = FormattableString.Invariant($"{name}:{line}");
        if (SettingsLayers.Check(key, text, definitions, out var canonical) is { } fault)
            faults.Add($"{source}: {fault}");
        else
            values.Add(new SettingValue(canonical, text, source));
    }

    /// <summary>Whether settings have keys that begin so.</summary>
    private static bool IsBranch(string key, IReadOnlyList<SettingDefinition> definitions)
    {
        var parts = key.Split(':').Length;
        return definitions.Any(d => d.Key.Split(':') is var mine && mine.Length > parts && (d with { Key = string.Join(':', mine[..parts]) }).Matches(key));
    }

    private static string Unknown(string key, IReadOnlyList<SettingDefinition> definitions) => SettingsLayers.Check(key, "", definitions, out _) ?? $"'{key}' is no object";

    private static int LineAt(ReadOnlySpan<byte> json, long index) => json[..(int)index].Count((byte)'\n') + 1;

    // The reader's own words end with where it is, once more.
    private static string Reason(JsonException e) => e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var at ? e.Message[..at] : e.Message;
}
