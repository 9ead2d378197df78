using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using Sync.Protocol.Identities;

namespace Sync.Protocol.Tests.Parts;

/// <summary>A client that speaks HTTP/2 over TLS with a certificate, and sends as a call's body whatever bytes it is told to.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly HttpClient _client;

    public RawPeer(TestServer server, PeerIdentity me)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificates = [me.Certificate],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
        };
        _client = new HttpClient(handler) { BaseAddress = new Uri("https://" + server.Address), Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>One message as gRPC frames it: a flag for compression, the length, the bytes.</summary>
    public static byte[] Framed(ReadOnlySpan<byte> message, bool compressed = false, uint? length = null)
    {
        var bytes = new byte[message.Length + 5];
        bytes[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), length ?? (uint)message.Length);
        message.CopyTo(bytes.AsSpan(5));
        return bytes;
    }

    /// <summary>Makes a call, of the peer service or at a path, and waits for its end.</summary>
    /// <returns>The status and how it is explained, as gRPC numbers it; -1 where the connection ended without one.</returns>
    public async Task<(int Status, string Message)> CallAsync(string method, byte[] body, string? encoding = null, string? session = null)
    {
        using var content = new ByteArrayContent(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, method.StartsWith('/') ? method : "/sync.v1.Peer/" + method)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (encoding is not null) request.Headers.Add("grpc-encoding", encoding);
        if (session is not null) request.Headers.Add("sync-session", session);
        try
        {
            using var response = await _client.SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();
            var headers = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : response.Headers;
            return headers.TryGetValues("grpc-status", out var status)
                ? (int.Parse(status.First(), System.Globalization.CultureInfo.InvariantCulture), headers.TryGetValues("grpc-message", out var text) ? text.First() : "")
                : (-1, response.ToString());
        }
        catch (HttpRequestException e)
        {
            return (-1, e.Message);
        }
    }

    public void Dispose() => _client.Dispose();
}
