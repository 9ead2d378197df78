using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sync.Host.Webhooks;

/// <summary>The signature of a delivery: HMAC-SHA256 over the time and the body, so that neither can be changed nor sent again much later.</summary>
internal static class WebhookSignature
{
    /// <summary>The header's name.</summary>
    public const string Header = "Sync-Signature";

    /// <summary>The header's value: <c>t=SECONDS,v1=HEX</c>, with the HMAC of <c>SECONDS.BODY</c> under the secret's text.</summary>
    public static string Of(string secret, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signed = new byte[seconds.Length + 1 + body.Length];
        Encoding.ASCII.GetBytes(seconds, signed);
        signed[seconds.Length] = (byte)'.';
        body.CopyTo(signed.AsSpan(seconds.Length + 1));
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), signed))}";
    }
}
