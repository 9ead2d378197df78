using System.Text.Json.Serialization;

namespace Sync.Guest.Config;

/// <summary>How config.json is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GuestConfig))]
internal sealed partial class GuestConfigJson : JsonSerializerContext;
