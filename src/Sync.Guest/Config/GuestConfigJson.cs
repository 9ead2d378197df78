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
internal sealed partial class GuestConfigJson : JsonSerializerContext;
