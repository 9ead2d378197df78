using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Sync.Shared.Output.Json;

/// <summary>The JSON of every <c>--json</c>: camelCase, all keys always present, one line a document.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusOutput))]
[JsonSerializable(typeof(FlushOutput))]
[JsonSerializable(typeof(ConflictsOutput))]
[JsonSerializable(typeof(ResolveOutput))]
[JsonSerializable(typeof(VersionsOutput))]
[JsonSerializable(typeof(RestoreOutput))]
[JsonSerializable(typeof(VerifyOutput))]
[JsonSerializable(typeof(SharesOutput))]
[JsonSerializable(typeof(ShareOutput))]
[JsonSerializable(typeof(GuestsOutput))]
[JsonSerializable(typeof(InvitesOutput))]
[JsonSerializable(typeof(InviteOutput))]
[JsonSerializable(typeof(BindingsOutput))]
[JsonSerializable(typeof(JobOutput))]
[JsonSerializable(typeof(JobsOutput))]
[JsonSerializable(typeof(TokensOutput))]
[JsonSerializable(typeof(WebhooksOutput))]
[JsonSerializable(typeof(EventOutput))]
[JsonSerializable(typeof(AuditOutput))]
[JsonSerializable(typeof(DoctorOutput))]
[JsonSerializable(typeof(SettingsOutput))]
[JsonSerializable(typeof(PushOutput))]
[JsonSerializable(typeof(TagOutput))]
[JsonSerializable(typeof(TagsOutput))]
[JsonSerializable(typeof(PullOutput))]
internal sealed partial class OutputJson : JsonSerializerContext
{
    private static readonly OutputJson Relaxed = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // Names in other scripts stay readable; the output is no web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes one document on one line.</summary>
    public static void Write<T>(TextWriter output, T value) =>
        output.WriteLine(JsonSerializer.Serialize(value, (JsonTypeInfo<T>)Relaxed.GetTypeInfo(typeof(T))!));
}
