namespace Sync.Host.Access;

/// <summary>The words for scopes. Stable: scripts use them.</summary>
internal static class TokenWords
{
    public static string Of(TokenScope scope) => scope switch
    {
        TokenScope.Read => "read",
        TokenScope.Sync => "sync",
        TokenScope.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(scope)),
    };

    public static bool TryParse(string word, out TokenScope scope)
    {
        (var known, scope) = word switch
        {
            "read" => (true, TokenScope.Read),
            "sync" => (true, TokenScope.Sync),
            "admin" => (true, TokenScope.Admin),
            _ => (false, default),
        };
        return known;
    }
}
