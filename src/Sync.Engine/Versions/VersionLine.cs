using System.Buffers;
using System.Text.Json;
using Sync.Delta;
using Sync.Engine.Model;

namespace Sync.Engine.Versions;

/// <summary>The version log's lines: JSON, one object each, read and written by hand so that nothing reflects.</summary>
internal static class VersionLine
{
    /// <summary>The longest line: a path of 4,096 bytes, all escaped, and the rest.</summary>
    public const int MaxLength = 64 << 10;

    /// <summary>A version's line, with its line feed.</summary>
    public static void Write(ArrayBufferWriter<byte> to, VersionRecord version)
    {
        using (var json = new Utf8JsonWriter(to))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, version.Id);
            json.WriteString("path"u8, version.Path);
            json.WriteNumber("kind"u8, (int)version.Kind);
            json.WriteNumber("size"u8, version.Size);
            json.WriteNumber("mtime"u8, version.MtimeNs);
            json.WriteNumber("at"u8, version.DisplacedAtMs);
            json.WriteString("reason"u8, version.Reason);
            if (!version.Content.IsNone) json.WriteString("content"u8, version.Content.ToString());
            json.WriteEndObject();
        }

        to.Write("\n"u8);
    }

    /// <summary>The line that says a version is gone.</summary>
    public static void WriteGone(ArrayBufferWriter<byte> to, string id)
    {
        using (var json = new Utf8JsonWriter(to))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteBoolean("gone"u8, value: true);
            json.WriteEndObject();
        }

        to.Write("\n"u8);
    }

    /// <summary>Reads a line; <paramref name="version"/> is null where it says gone. False for anything that is not such a line.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> line, out string id, out VersionRecord? version)
    {
        id = "";
        version = null;
        try
        {
            using var json = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 4 });
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("id"u8, out var idValue) || !VersionRecord.IsId(idValue.GetString())) return false;
            id = idValue.GetString()!;
            if (root.TryGetProperty("gone"u8, out _)) return true;
            var kind = (EntryKind)root.GetProperty("kind"u8).GetByte();
            if (!Enum.IsDefined(kind)) return false;
            ContentId content = default;
            if (root.TryGetProperty("content"u8, out var hex) && !ContentId.TryParse(hex.GetString(), out content)) return false;
            version = new VersionRecord(
                id,
                root.GetProperty("path"u8).GetString() ?? "",
                kind,
                Math.Max(0, root.GetProperty("size"u8).GetInt64()),
                root.GetProperty("mtime"u8).GetInt64(),
                // The id's own time: an odd number here must not keep a version for ever.
                VersionRecord.TimeOf(id),
                root.GetProperty("reason"u8).GetString() ?? "",
                content);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            // A torn or foreign line: what it named is adopted by its id.
            return false;
        }
    }
}
