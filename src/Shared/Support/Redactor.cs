using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sync.Shared.Support;

/// <summary>Takes secrets out of what is shown to others. Rather too much than too little: what looks like one goes too. Pure, but for the secrets it has met.</summary>
internal sealed partial class Redactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "[redacted]";

    // Shorter ones would be found in every other word.
    private const int ShortestSecret = 8;

    private readonly HashSet<string> _met = new(StringComparer.Ordinal);

    /// <summary>JSON without secrets: keys that name one lose their value, URLs their user, path and query. The values are remembered for <see cref="Text"/>.</summary>
    public JsonNode? Json(JsonNode? node, string key = "") => node switch
    {
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, Json(m.Value, m.Key)))),
        JsonArray items => new JsonArray([.. items.Select(i => Json(i, key))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Value(key, text)),
        _ => node?.DeepClone(),
    };

    /// <summary>Text without secrets: those that were met, and whatever looks like an invite, a token, a key, or the hidden part of a URL.</summary>
    public string Text(string text)
    {
        foreach (var secret in _met)
            text = text.Replace(secret, Mark, StringComparison.Ordinal);
        text = Invites().Replace(text, Mark);
        text = Tokens().Replace(text, Mark);
        text = Keys().Replace(text, Mark);
        text = Bearers().Replace(text, "${word}" + Mark);
        return Urls().Replace(text, match => UrlOrigin(match.Value));
    }

    private string Value(string key, string text)
    {
        if (SecretKeys().IsMatch(key))
        {
            if (text.Length >= ShortestSecret)
                _met.Add(text);
            return Mark;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            if (url.PathAndQuery.Length >= ShortestSecret)
                _met.Add(url.PathAndQuery);
            if (url.UserInfo.Length > 0)
                _met.Add(url.UserInfo);
            return UrlOrigin(text);
        }

        return Text(text);
    }

    private static string UrlOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) ? url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) + (url.PathAndQuery is "/" && url.UserInfo.Length == 0 ? "" : "/" + Mark) : Mark;

    [GeneratedRegex("secret|token|password|passphrase|hash|authorization|credential|privatekey", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex SecretKeys();

    [GeneratedRegex(@"sync1\.[A-Za-z0-9_\-]{8,}", RegexOptions.None, 5000)]
    private static partial Regex Invites();

    [GeneratedRegex(@"synct_[A-Za-z0-9_\-]{8,}", RegexOptions.None, 5000)]
    private static partial Regex Tokens();

    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Keys();

    [GeneratedRegex(@"(?<word>\b(Bearer|Basic)\s+)[A-Za-z0-9+/=_\-.~]{8,}", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Bearers();

    [GeneratedRegex(@"\bhttps?://[^\s""'<>\\]+", RegexOptions.IgnoreCase, 5000)]
    private static partial Regex Urls();
}
