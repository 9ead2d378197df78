using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sync.Guest.Pulling;

namespace Sync.Guest.Config;

/// <summary>How config.json is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GuestConfig))]
[JsonSerializable(typeof(PairingRecord))]
internal sealed partial class GuestConfigJson : JsonSerializerContext
{
    /// <summary>With paths as they are: a person reads them, and a provisioned machine's script looks for its own.</summary>
    public static GuestConfigJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
