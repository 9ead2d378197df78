using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sync.Host.Config;
using Sync.Host.Registry;
using Sync.Protocol.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Access;

/// <summary>The tokens of the API: made, found, revoked. Only hashes are kept.</summary>
internal sealed class ApiTokens(ConfigStore<HostConfig> config, TimeProvider time)
{
    private const string Prefix = "synct_";
    private const int RandomBytes = 32;
    private const int MaxTokens = 1000;
    private const int LongestText = 200;
    private static readonly TimeSpan UsualLife = TimeSpan.FromDays(90);
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(3653);

    // When each was last used, by id; not worth a write to disk for every call.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    /// <summary>Makes a token. The text is returned this once.</summary>
    /// <param name="name">Empty: one is made.</param>
    /// <param name="scope">read, sync or admin.</param>
    /// <param name="share">Empty: all.</param>
    /// <param name="life">Zero: 90 days.</param>
    /// <exception cref="CommandFailure">An argument is not valid, or the name is taken.</exception>
    public (string Text, TokenRecord Record) Create(string name, string scope, string share, TimeSpan life)
    {
        if (!TokenWords.TryParse(scope, out _))
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(scope)}' is no scope; choose read, sync or admin");
        if (life < TimeSpan.Zero || life > LongestLife)
            throw new CommandFailure(ExitCode.Usage, "a token holds for more than nothing and at most 10 years; choose another --ttl");
        if (name.Length > 0)
            ShareName.Check(name);
        var text = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes));
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var now = time.GetUtcNow();
        var record = new TokenRecord
        {
            Id = id,
            Name = name.Length > 0 ? name : scope + "-" + id,
            Hash = Hash(text),
            Scope = scope,
            Share = share.Length > 0 ? share : null,
            CreatedAt = now,
            ExpiresAt = now + (life > TimeSpan.Zero ? life : UsualLife),
        };
        config.Update(current =>
        {
            if (share.Length > 0 && current.FindShare(share) is null)
                throw CommandFailure.NotFound($"no share '{Printable.Text(share)}'; see 'sync-host share list'");
            var held = current.Tokens.Where(t => t.ExpiresAt > now).ToList();
            if (held.Exists(t => string.Equals(t.Name, record.Name, StringComparison.Ordinal)))
                throw new CommandFailure($"there is a token '{record.Name}' already; revoke it first, or choose another --name");
            return held.Count >= MaxTokens
                ? throw new CommandFailure($"there are {MaxTokens} tokens already; revoke some first")
                : current with { Tokens = [.. held, record] };
        });
        return (text, record);
    }

    /// <summary>The tokens that hold.</summary>
    public IReadOnlyList<TokenRecord> List()
    {
        var now = time.GetUtcNow();
        return [.. config.Current.Tokens.Where(t => t.ExpiresAt > now)];
    }

    /// <summary>For the API: all but its hash.</summary>
    public TokenInfo Describe(TokenRecord token) => new()
    {
        Id = token.Id,
        Name = token.Name,
        Scope = token.Scope,
        Share = token.Share ?? "",
        CreatedAtUnixMs = token.CreatedAt.ToUnixTimeMilliseconds(),
        ExpiresAtUnixMs = token.ExpiresAt.ToUnixTimeMilliseconds(),
        UsedAtUnixMs = _used.TryGetValue(token.Id, out var at) ? at.ToUnixTimeMilliseconds() : 0,
    };

    /// <summary>Makes a token worthless, at once.</summary>
    /// <param name="idOrName">Either.</param>
    /// <exception cref="CommandFailure">There is none.</exception>
    public TokenRecord Revoke(string idOrName)
    {
        TokenRecord? revoked = null;
        config.Update(current =>
        {
            revoked = current.Tokens.FirstOrDefault(t => string.Equals(t.Id, idOrName, StringComparison.Ordinal))
                ?? current.Tokens.FirstOrDefault(t => string.Equals(t.Name, idOrName, StringComparison.Ordinal))
                ?? throw CommandFailure.NotFound($"no token '{Printable.Text(idOrName)}'; see 'sync-host token list'");
            return current with { Tokens = [.. current.Tokens.Where(t => !ReferenceEquals(t, revoked))] };
        });
        return revoked!;
    }

    /// <summary>Whose token this is. Every one is compared, in constant time, whichever it is.</summary>
    public TokenVerdict Check(string? text, out ApiCaller? caller)
    {
        caller = null;
        if (string.IsNullOrEmpty(text))
            return TokenVerdict.Missing;
        if (text.Length > LongestText)
            return TokenVerdict.Unknown;
        var hash = Encoding.ASCII.GetBytes(Hash(text));
        TokenRecord? found = null;
        foreach (var token in config.Current.Tokens)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token.Hash), hash))
                found = token;
        }

        if (found is null || !TokenWords.TryParse(found.Scope, out var scope))
            return TokenVerdict.Unknown;
        var now = time.GetUtcNow();
        if (found.ExpiresAt <= now)
            return TokenVerdict.Expired;
        _used[found.Id] = now;
        caller = new ApiCaller("token:" + found.Name, scope, found.Share, found.Id);
        return TokenVerdict.Good;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
