using System.Text.Json.Serialization;

namespace Sync.Host.Auditing;

/// <summary>How the lines of the audit log are written: ASCII, so that no name can steer a terminal or begin a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class AuditJson : JsonSerializerContext;
