using System.Security.Cryptography.X509Certificates;

namespace Sync.Protocol.Identities;

/// <summary>Peers are pinned by fingerprint; a chain is never built for trust, and must never reach out to the network.</summary>
internal static class NoChain
{
    public static X509ChainPolicy Policy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };
}
