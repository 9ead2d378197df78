using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Sync.Protocol.Identities;

namespace Sync.Protocol.Connecting;

/// <summary>Accepts one host, by its fingerprint, and remembers whom it met instead.</summary>
internal sealed class PinnedHost(string fingerprint)
{
    private volatile string? _stranger;

    /// <summary>The fingerprint of another machine that answered; null if none did.</summary>
    public string? Stranger => _stranger;

    /// <summary>The one that is accepted.</summary>
    public string Fingerprint => fingerprint;

    /// <summary>Dates, names and issuers of the certificate are not looked at: the key is proven by the handshake, and pinned here.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var seen = certificate is X509Certificate2 typed ? PeerIdentity.FingerprintOf(typed) : "";
        if (seen == fingerprint) return true;
        _stranger = seen;
        return false;
    }
}
