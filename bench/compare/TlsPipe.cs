using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sync.Bench.Compare;

/// <summary>The least that an encrypted, verified, durable copy in .NET takes: one TLS 1.3 connection, AES-128-GCM, SHA-256 at both ends.</summary>
internal static class TlsPipe
{
    private const int Block = 256 << 10;
    private static readonly CipherSuitesPolicy Suites = new([TlsCipherSuite.TLS_AES_128_GCM_SHA256]);

    /// <returns>From the start to the last byte on disk and both sums compared.</returns>
    /// <exception cref="InvalidDataException">The sums differ.</exception>
    public static async Task<TimeSpan> CopyAsync(string from, string to)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=pipe", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var begun = Stopwatch.GetTimestamp();
        var receive = Task.Run(() => ReceiveAsync(listener, certificate, to));
        var sent = await Task.Run(() => SendAsync(port, from));
        var received = await receive;
        var time = Stopwatch.GetElapsedTime(begun);
        return sent.AsSpan().SequenceEqual(received) ? time : throw new InvalidDataException("the pipe's sums differ");
    }

    private static async Task<byte[]> SendAsync(int port, string path)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "pipe",
            EnabledSslProtocols = SslProtocols.Tls13,
            CipherSuitesPolicy = Suites,
            // Only the speed counts here; both ends are this process.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        var at = 0L;
        for (int read; (read = RandomAccess.Read(file, buffer.AsSpan(0, Block), at)) > 0; at += read)
        {
            hash.AppendData(buffer, 0, read);
            await tls.WriteAsync(buffer.AsMemory(0, read));
        }

        await tls.ShutdownAsync();
        // Until the other end is done, too: closed with its session tickets unread, the socket would be reset under it.
        while (await tls.ReadAsync(buffer.AsMemory(0, Block)) > 0)
            continue;
        ArrayPool<byte>.Shared.Return(buffer);
        return hash.GetHashAndReset();
    }

    private static async Task<byte[]> ReceiveAsync(TcpListener listener, X509Certificate2 certificate, string path)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13, CipherSuitesPolicy = Suites });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        var at = 0L;
        for (int read; (read = await tls.ReadAsync(buffer.AsMemory(0, Block))) > 0; at += read)
        {
            hash.AppendData(buffer, 0, read);
            RandomAccess.Write(file, buffer.AsSpan(0, read), at);
        }

        RandomAccess.FlushToDisk(file);
        await tls.ShutdownAsync();
        ArrayPool<byte>.Shared.Return(buffer);
        return hash.GetHashAndReset();
    }
}
