using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sync.Shared.Settings;

/// <summary>The JSON schema (2020-12) of settings.json, made from the definitions. Pure.</summary>
internal static class SettingsSchema
{
    /// <summary>The schema of a program's settings, indented.</summary>
    public static string Of(string program)
    {
        var root = Branch(SettingDefinitions.Of(program).Select(d => (d.Key.Split(':'), d)).ToList());
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        root["title"] = program + " settings.json";
        root["properties"]!.AsObject()["$schema"] = new JsonObject { ["type"] = "string" };
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            root.WriteTo(writer);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length) + "\n";
    }

    private static JsonObject Branch(List<(string[] Parts, SettingDefinition Definition)> below)
    {
        var schema = new JsonObject { ["type"] = "object" };
        var properties = new JsonObject();
        foreach (var group in below.GroupBy(b => b.Parts[0], StringComparer.Ordinal))
        {
            var items = group.Select(b => (b.Parts[1..], b.Definition)).ToList();
            JsonNode node = items[0].Item1.Length == 0
                ? Leaf(items[0].Definition)
                : items[0].Item1[0] is "#"
                    ? new JsonObject { ["type"] = "array", ["items"] = items[0].Item1.Length == 1 ? Leaf(items[0].Definition) : Branch([.. items.Select(i => (i.Item1[1..], i.Definition))]) }
                    : Branch(items);
            if (group.Key is "*")
            {
                schema["additionalProperties"] = node;
                return schema;
            }

            properties[group.Key] = node;
        }

        schema["properties"] = properties;
        schema["additionalProperties"] = false;
        return schema;
    }

    private static JsonObject Leaf(SettingDefinition definition)
    {
        var leaf = new JsonObject { ["description"] = definition.Description + (definition.IsLive ? "" : " (from the next start on)") };
        if (definition.Default is { } usual)
            leaf["default"] = usual;
        switch (definition.Kind)
        {
            case SettingKind.Level:
                leaf["enum"] = Words("trace", "debug", "information", "warning", "error");
                break;
            case SettingKind.Direction:
                leaf["enum"] = Words("two-way", "to-guest", "to-host", "mirror");
                break;
            case SettingKind.Conflicts:
                leaf["enum"] = Words("keep-both", "host-wins", "guest-wins", "newest-wins");
                break;
            case SettingKind.Rate or SettingKind.Size:
                leaf["type"] = Words("string", "integer");
                leaf["pattern"] = "^[0-9]+[KMGTkmgt]?[Bb]?$";
                leaf["minimum"] = 0;
                break;
            case SettingKind.Percent or SettingKind.Count:
                leaf["type"] = Words("string", "integer");
                leaf["pattern"] = "^[0-9]+$";
                leaf["minimum"] = 0;
                if (definition.Kind == SettingKind.Percent)
                    leaf["maximum"] = 100;
                break;
            case SettingKind.TimeOfDay:
                leaf["type"] = "string";
                leaf["pattern"] = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
                break;
            case SettingKind.Url:
                leaf["type"] = "string";
                leaf["pattern"] = "^https?://";
                break;
            default:
                leaf["type"] = "string";
                break;
        }

        return leaf;
    }

    private static JsonArray Words(params string[] words) => [.. words.Select(w => (JsonNode)w)];
}
