using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sync.Shared.Doctor.Checks;

/// <summary>Whether this machine speaks TLS 1.3, by a handshake with itself, and with which library.</summary>
internal sealed class TlsCheck : IDoctorCheck
{
    private const string Name = "tls";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        var library = OperatingSystem.IsLinux() ? " by OpenSSL " + Version(SafeEvpPKeyHandle.OpenSslVersion) : "";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            var (protocol, cipher) = await HandshakeAsync(patience.Token);
            return [DoctorFinding.Ok(Name, $"{Words(protocol)}{library}, {cipher}")];
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or PlatformNotSupportedException or CryptographicException)
        {
            return [DoctorFinding.Problem(Name, $"no TLS 1.3{library}: {e.Message}", "install OpenSSL 1.1.1 or later (openssl version), and see that its configuration allows TLS 1.3")];
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // A machine that is busy, not one that cannot.
            return [DoctorFinding.Warning(Name, $"no handshake within {Patience.TotalSeconds:0} s{library}", "top   # what keeps the machine busy")];
        }
    }

    /// <summary>OPENSSL_VERSION_NUMBER as people write it: 0xMNN00PP0 from 3.0 on, 0xMNNFFPPS before.</summary>
    public static string Version(long number)
    {
        var (major, minor) = (number >> 28, (number >> 20) & 0xFF);
        var (fix, patch) = ((number >> 12) & 0xFF, (number >> 4) & 0xFF);
        return major >= 3
            ? string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}.{patch}")
            : string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}.{fix}{(patch > 0 ? ((char)('a' + patch - 1)).ToString() : "")}");
    }

    private static string Words(SslProtocols protocol) => protocol == SslProtocols.Tls13 ? "TLS 1.3" : protocol.ToString();

    private static async Task<(SslProtocols Protocol, TlsCipherSuite Cipher)> HandshakeAsync(CancellationToken cancel)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = new CertificateRequest("CN=doctor", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listener.LocalEndPoint!, cancel);
        using var far = await listener.AcceptAsync(cancel);
        await using var client = new SslStream(new NetworkStream(near));
        await using var server = new SslStream(new NetworkStream(far));
        var serving = server.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13 }, cancel);
        await client.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "doctor",
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 x && x.Thumbprint == certificate.Thumbprint,
            },
            cancel);
        await serving;
        return (client.SslProtocol, client.NegotiatedCipherSuite);
    }
}
