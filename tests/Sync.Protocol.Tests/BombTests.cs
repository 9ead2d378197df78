using System.IO.Compression;
using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Wire;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Bytes that stand for many more, for messages in messages, or for less than they say: sent to a real server, raw.</summary>
/// <remarks>Alone: what a call costs is told by what the whole process allocates meanwhile.</remarks>
[Collection(nameof(AloneCollection))]
public sealed class BombTests
{
    private const int InvalidArgument = 3;
    private const int Unimplemented = 12;
    private const int Internal = 13;
    private const int Unavailable = 14;

    /// <summary>What a call may cost the whole process, tests' own buffers included.</summary>
    private const long FewBytes = 64 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Pair", false)]
    [InlineData("Session", true)]
    [InlineData("Upload", true)]
    [InlineData("Download", true)]
    public async Task What_HTTP_packs_is_not_unpacked(string method, bool known)
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.Stranger("stranger");
        using var peer = new RawPeer(server, known ? server.Guest : stranger);
        var session = await OpenSessionAsync(server);
        await using var link = session.Link;
        var bomb = RawPeer.Framed(Gzip(256 << 20), compressed: true);
        Assert.InRange(bomb.Length, 1, 1 << 20);
        var before = GC.GetTotalAllocatedBytes();
        var (status, message) = await peer.CallAsync(method, bomb, encoding: "gzip", session.Id);
        Assert.Equal((Unimplemented, message), (status, message));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, FewBytes);
    }

    [Fact]
    public async Task Messages_in_messages_are_refused_at_some_depth()
    {
        await using var server = await TestServer.StartAsync();
        using var peer = new RawPeer(server, server.Guest);
        var session = await OpenSessionAsync(server);
        await using var link = session.Link;
        // Frame.group (10) holds FrameGroup.frames (1); DownloadRequest.more is 7.
        foreach (var (method, tags) in (List<(string, byte[])>)[("Upload", [0x52, 0x0A]), ("Download", [0x3A])])
        {
            var (status, message) = await peer.CallAsync(method, RawPeer.Framed(Nested(tags, 20_000)), session: session.Id);
            Assert.True(status is Internal or InvalidArgument, $"{method}: {status} {message}");
        }

        Assert.Equal(InvalidArgument, (await peer.CallAsync("Session", RawPeer.Framed(Nested([0x2A], 20_000)))).Status);
        await LivesAsync(server);
    }

    [Fact]
    public async Task Lengths_that_lie_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var peer = new RawPeer(server, server.Guest);
        var session = await OpenSessionAsync(server);
        await using var link = session.Link;
        var before = GC.GetTotalAllocatedBytes();
        foreach (var method in (string[])["Session", "Upload", "Download", "Pair"])
        {
            var (said, why) = await peer.CallAsync(method, RawPeer.Framed(new byte[100], length: uint.MaxValue), session: session.Id);
            Assert.True(said > 0, $"{method}: {said} {why}");
            var (sent, whyNot) = await peer.CallAsync(method, RawPeer.Framed(new byte[(1 << 20) + 1]), session: session.Id);
            Assert.True(sent > 0, $"{method}: {sent} {whyNot}");
        }

        var (cutOff, message) = await peer.CallAsync("Pair", RawPeer.Framed(new byte[50], length: 100));
        Assert.True(cutOff is Internal or Unavailable, message);
        // Inside of a message: a field that says to be longer than all of it.
        var (inside, _) = await peer.CallAsync("Pair", RawPeer.Framed([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 1, 2, 3]));
        Assert.True(inside > 0, "a field longer than its message");
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, FewBytes);
        await LivesAsync(server);
    }

    [Fact]
    public async Task A_packed_envelope_unpacks_to_one_message_and_no_more()
    {
        await using var server = await TestServer.StartAsync();
        using var peer = new RawPeer(server, server.Guest);
        using var zstd = new ZstdSharp.Compressor(3);
        var bomb = zstd.Wrap(new byte[100 << 20]).ToArray();
        foreach (var said in (uint[])[1 << 20, uint.MaxValue, 0, 100])
            await RefusedAsync(new GuestEnvelope { Packed = new PackedEnvelope { Bytes = ByteString.CopyFrom(bomb), PlainSize = said } });
        // One in another, and one that holds a second hello.
        var inner = new GuestEnvelope { Packed = Pack(new GuestEnvelope { Flush = new FlushRequest { Id = 1 } }) };
        await RefusedAsync(new GuestEnvelope { Packed = Pack(inner) });
        await RefusedAsync(new GuestEnvelope { Packed = Pack(new GuestEnvelope { Hello = new GuestHello() }) });

        PackedEnvelope Pack(GuestEnvelope plain) => new() { Bytes = ByteString.CopyFrom(zstd.Wrap(plain.ToByteArray())), PlainSize = (uint)plain.CalculateSize() };

        async Task RefusedAsync(GuestEnvelope envelope)
        {
            var before = GC.GetTotalAllocatedBytes();
            var hello = new GuestEnvelope { Hello = new GuestHello { Versions = new VersionRange { Oldest = 1, Newest = 1 }, Share = "work", Process = 7, Features = { "packs" } } };
            byte[] body = [.. RawPeer.Framed(hello.ToByteArray()), .. RawPeer.Framed(envelope.ToByteArray())];
            var (status, message) = await peer.CallAsync("Session", body);
            Assert.True(status == InvalidArgument, $"{status} {message}");
            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, FewBytes);
        }
    }

    private static async Task<(string Id, IHostLink Link)> OpenSessionAsync(TestServer server)
    {
        var connector = server.Connector();
        var link = await connector.ConnectAsync(new SessionHello { Share = "work", Process = 1 }, Cancel);
        var (_, _, session) = await server.Host.Opened.Reader.ReadAsync(Cancel);
        return (session.Id.ToString("N"), link);
    }

    private static async Task LivesAsync(TestServer server)
    {
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(new SessionHello { Share = "work", Process = 2 }, Cancel);
    }

    /// <summary>Fields of the given tags, each holding the next, from the inside out.</summary>
    private static byte[] Nested(byte[] tags, int depth)
    {
        var sizes = new int[depth + 1];
        for (var i = 0; i < depth; i++) sizes[i + 1] = sizes[i] + 1 + CodedOutputStream.ComputeLengthSize(sizes[i]);
        var bytes = new byte[sizes[depth]];
        var output = new CodedOutputStream(bytes);
        for (var i = depth - 1; i >= 0; i--)
        {
            output.WriteRawTag(tags[(depth - 1 - i) % tags.Length]);
            output.WriteLength(sizes[i]);
        }

        output.Flush();
        return bytes;
    }

    private static byte[] Gzip(int zeros)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            var block = new byte[1 << 20];
            for (var done = 0; done < zeros; done += block.Length) gzip.Write(block);
        }

        return packed.ToArray();
    }
}
