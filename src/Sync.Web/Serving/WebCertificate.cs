using System.Security.Cryptography.X509Certificates;
using Sync.Protocol.Identities;
using Sync.Shared.Data;

namespace Sync.Web.Serving;

/// <summary>What the web server shows who it is with.</summary>
internal static class WebCertificate
{
    /// <summary>The certificate of a PEM file with its key, or the host's own identity.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The file does not hold both.</exception>
    public static X509Certificate2 Load(DataDirectory data, string? path)
    {
        if (path is not null)
            return X509Certificate2.CreateFromPemFile(path, path);
        using var identity = PeerIdentity.LoadOrCreate(data.IdentityDirectory);
        return new X509Certificate2(identity.Certificate);
    }
}
