using System.Security.Cryptography;
using System.Text;
using Sync.Host.Config;
using Sync.Shared.Control;
using Sync.Shared.Output;

namespace Sync.Host.Access;

/// <summary>
/// Codes by which the local user signs in to the dashboard: good once, within a minute, for a token that lasts half a day. Only the control
/// socket's owner can have one made, and only the web server redeems it.
/// </summary>
internal sealed class SignInCodes(ApiTokens tokens, TimeProvider time)
{
    private const int MostOpen = 100;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Session = TimeSpan.FromHours(12);

    private readonly Lock _lock = new();
    private readonly List<(byte[] Code, DateTimeOffset Until)> _open = [];

    /// <summary>Where the web server answers; empty while there is none.</summary>
    public string WebAddress { get; set; } = "";

    /// <summary>Makes a code.</summary>
    public string Create()
    {
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (_lock)
        {
            _open.RemoveAll(c => c.Until <= time.GetUtcNow());
            if (_open.Count >= MostOpen)
                _open.RemoveAt(0);
            _open.Add((Encoding.ASCII.GetBytes(code), time.GetUtcNow() + Life));
        }

        return code;
    }

    /// <summary>The token for a code.</summary>
    /// <exception cref="Grpc.Core.RpcException">The code is not good (any more).</exception>
    public (string Text, TokenRecord Record) Redeem(string code)
    {
        var given = Encoding.UTF8.GetBytes(code);
        bool good;
        lock (_lock)
        {
            var found = -1;
            for (var i = 0; i < _open.Count; i++)
            {
                if (CryptographicOperations.FixedTimeEquals(_open[i].Code, given) && _open[i].Until > time.GetUtcNow())
                    found = i;
            }

            good = found >= 0;
            if (good)
                _open.RemoveAt(found);
        }

        return good
            ? tokens.Create("dashboard-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)), TokenWords.Of(TokenScope.Admin), "", Session)
            : throw ControlErrors.ToRpc(Grpc.Core.StatusCode.Unauthenticated, "sign-in-code", "this sign-in link was used, or is older than a minute; run 'sync-host dashboard' again");
    }
}
