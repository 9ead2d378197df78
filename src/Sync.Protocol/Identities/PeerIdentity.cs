using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sync.Protocol.Identities;

/// <summary>
/// Who this machine is to its peers: a P-256 key with a self-signed certificate. Peers know it by its <see cref="Fingerprint"/> alone,
/// so the certificate's other fields say nothing.
/// </summary>
public sealed class PeerIdentity : IDisposable
{
    /// <summary>The file in the identity's directory that holds key and certificate, as PEM, mode 0600.</summary>
    public const string FileName = "identity.pem";

    private const long MaxFileBytes = 64 << 10;

    private PeerIdentity(X509Certificate2 certificate)
    {
        Certificate = certificate;
        Fingerprint = FingerprintOf(certificate);
    }

    /// <summary>SHA-256 of the public key (SubjectPublicKeyInfo): 64 lower-case hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The fingerprint of any certificate.</summary>
    public static string FingerprintOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>True for 64 lower-case hexadecimal digits.</summary>
    public static bool IsFingerprint(string? text) => text is { Length: 64 } && !text.AsSpan().ContainsAnyExcept("0123456789abcdef");

    /// <summary>Reads the identity in a directory, or makes one. Safe to call from several processes at once: all get the same.</summary>
    /// <param name="directory">Made, for the user alone, if it is missing.</param>
    /// <exception cref="InvalidOperationException">The file is not an identity, or others may read it.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public static PeerIdentity LoadOrCreate(string directory)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path)) Create(path);
        return Load(path);
    }

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static PeerIdentity Load(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new InvalidOperationException($"The private key in {path} is open to others: run `chmod 600 {path}`.");
        if (new FileInfo(path).Length > MaxFileBytes) throw NotAnIdentity(path, null);
        try
        {
            var pem = File.ReadAllText(path);
            var certificate = X509Certificate2.CreateFromPem(pem, pem);
            if (!OperatingSystem.IsWindows()) return new PeerIdentity(certificate);

            // Windows' TLS does not take a key that lives in memory only.
            using (certificate)
                return new PeerIdentity(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null));
        }
        catch (CryptographicException e)
        {
            throw NotAnIdentity(path, e);
        }
    }

    private static InvalidOperationException NotAnIdentity(string path, Exception? inner) =>
        new($"{path} does not hold this machine's identity. Restore it from a backup, or remove it to get a new identity, and pair again.", inner);

    private static void Create(string path)
    {
        var pem = Encoding.ASCII.GetBytes(NewPem());
        var draft = path + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(draft, options))
            {
                file.Write(pem);
                file.Flush(flushToDisk: true);
            }

            // Where another process was quicker, its identity is the one.
            ExclusiveName.TryTake(draft, path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    private static string NewPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sync", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));

        // Trust is in the fingerprint, never in the dates: they must only not get in the way of a guest whose clock is wrong.
        using var certificate = request.CreateSelfSigned(
            new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero));
        return certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
