using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sync.Protocol.Identities;
using Sync.Shared.Data;

namespace Sync.Web.Serving;

/// <summary>
/// What the web server shows who it is with: the host's own key, in a certificate that names this machine as browsers and curl ask for. It is kept in
/// <c>api.pem</c> in the data directory, without the key: what a client trusts (<c>curl --cacert</c>).
/// </summary>
internal static class WebCertificate
{
    private const int Years = 10;
    private const int LongestName = 64;

    /// <summary>The certificate of a PEM file with its key, or the host's own.</summary>
    /// <param name="data">Where the host's identity is.</param>
    /// <param name="path">A PEM file; null for the host's own.</param>
    /// <param name="listen">Where it is to be reached.</param>
    /// <exception cref="CryptographicException">The file does not hold both.</exception>
    public static X509Certificate2 Load(DataDirectory data, string? path, IPAddress listen)
    {
        if (path is not null)
            return X509Certificate2.CreateFromPemFile(path, path);
        using var identity = PeerIdentity.LoadOrCreate(data.IdentityDirectory);
        using var key = identity.Certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("The host's identity has no P-256 key.");
        var file = Path.Join(data.Path, "api.pem");
        var addresses = AddressesOf(listen);
        if (TryRead(file, identity, addresses) is { } kept)
        {
            using (kept)
                return kept.CopyWithPrivateKey(key);
        }

        var made = Create(key, addresses);
        AtomicFile.Write(file, System.Text.Encoding.ASCII.GetBytes(made.ExportCertificatePem() + "\n"));
        return made;
    }

    /// <returns>Null if there is none, or it does not fit (any more).</returns>
    private static X509Certificate2? TryRead(string file, PeerIdentity identity, List<IPAddress> addresses)
    {
        if (!File.Exists(file))
            return null;
        X509Certificate2? read = null;
        try
        {
            read = X509CertificateLoader.LoadCertificateFromFile(file);
            var named = read.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateIPAddresses()).ToHashSet();
            if (string.Equals(PeerIdentity.FingerprintOf(read), identity.Fingerprint, StringComparison.Ordinal)
                && read.NotAfter > DateTime.Now.AddDays(30) && read.MatchesHostname(NameOfMachine()) && addresses.TrueForAll(named.Contains))
            {
                return read;
            }
        }
        catch (CryptographicException)
        {
            // It is made anew.
        }

        read?.Dispose();
        return null;
    }

    private static X509Certificate2 Create(ECDsa key, List<IPAddress> addresses)
    {
        var name = NameOfMachine();
        var request = new CertificateRequest(new X500DistinguishedName("CN=" + name), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name is not "localhost")
            names.AddDnsName("localhost");
        foreach (var address in addresses)
            names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
    }

    // Only what may stand in a certificate's name.
    private static string NameOfMachine()
    {
        var name = Environment.MachineName.ToLowerInvariant();
        return name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789.-") ? name : "localhost";
    }

    private static List<IPAddress> AddressesOf(IPAddress listen)
    {
        var addresses = new HashSet<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback };
        if (!listen.Equals(IPAddress.Any) && !listen.Equals(IPAddress.IPv6Any))
        {
            addresses.Add(listen);
            return [.. addresses];
        }

        foreach (var face in NetworkInterface.GetAllNetworkInterfaces().Where(f => f.OperationalStatus is OperationalStatus.Up))
        {
            foreach (var unicast in face.GetIPProperties().UnicastAddresses)
            {
                if (unicast.Address is { IsIPv6LinkLocal: false, AddressFamily: AddressFamily.InterNetwork or AddressFamily.InterNetworkV6 })
                    addresses.Add(unicast.Address);
            }
        }

        return [.. addresses];
    }
}
