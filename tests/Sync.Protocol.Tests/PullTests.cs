using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Engine.Snapshots;
using Sync.Protocol.Identities;
using Sync.Protocol.Pulling;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Wire;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>The call <c>Pull</c>, both ends, and what either does with a peer that breaks it.</summary>
public sealed class PullTests
{
    private const int InvalidArgument = 3;
    private const int PermissionDenied = 7;

    // A directory "d" and an empty symlinkless file in it would need a content id; a directory and a symlink in it will do.
    private static readonly byte[] Directory = [1, 1, 1, (byte)'d', 0xED, 3, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Symlink = [3, 1, 1, (byte)'l', 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 2, (byte)'t', (byte)'o'];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tree_and_pieces_of_every_kind_come_as_they_were_sent()
    {
        await using var server = await TestServer.StartAsync();
        var pull = new FakePull([Directory, Symlink], 2);
        var random = new Random(1);
        for (var i = 0; i < 20; i++)
        {
            var bytes = new byte[random.Next(1, PullLimits.MaxPiece)];
            random.NextBytes(bytes);
            // Some are packed on the way.
            if (i % 3 < 2) bytes.AsSpan(bytes.Length / 4).Fill((byte)i);
            pull.Pieces.Add(((PullPieceKind)(i % 2 + 1), bytes));
        }

        pull.Pieces.Add((PullPieceKind.Gone, [5, 1]));
        pull.Pieces.Add((PullPieceKind.Chunks, [5, 3, 0, 1, 2, 3]));
        pull.Head = pull.Head with { HasChunks = true };
        PullRequest? asked = null;
        server.Host.OnPull = request =>
        {
            asked = request;
            return pull;
        };
        await using var open = await OpenAsync(server, server.Guest, new PullRequest("work", "a/b", "tag") { KnownTree = new byte[32] });
        Assert.Equal(("work", "a/b", "tag", 32), (asked!.Share, asked.SubPath, asked.At, asked.KnownTree.Length));
        Assert.True(open.Head.HasChunks);
        var tree = await open.ReadTreeAsync(Cancel);
        Assert.Equal(["d", "d/l"], Enumerable.Range(0, tree.Count).Select(tree.PathOf));
        await open.AskAsync([new PullWant(0, 2), new PullWant(5, 1), new PullWant(9, 1, 4096), new PullWant(9, 1, 8192, 100), new PullWant(7, 1, 0, 5), new PullWant(3, 4, IsForChunks: true), new PullWant(11, 3)], Cancel);
        await open.FinishAsync(Cancel);
        var came = new List<(PullPieceKind, byte[])>();
        var packed = false;
        await foreach (var piece in open.ReadAsync(Cancel))
        {
            using (piece) came.Add((piece.Kind, piece.Bytes.ToArray()));
            packed |= piece.WireLength < piece.Length;
        }

        Assert.True(packed);
        Assert.Equal([new PullWant(0, 2), new PullWant(5, 1), new PullWant(9, 1, 4096), new PullWant(9, 1, 8192, 100), new PullWant(7, 1, 0, 5), new PullWant(3, 4, IsForChunks: true), new PullWant(11, 3)], pull.Wants);
        Assert.Equal(pull.Pieces.Count, came.Count);
        Assert.All(pull.Pieces.Zip(came), static pair =>
        {
            Assert.Equal(pair.First.Kind, pair.Second.Item1);
            Assert.Equal(pair.First.Bytes, pair.Second.Item2);
        });
    }

    [Fact]
    public async Task A_tree_that_is_known_is_not_sent()
    {
        await using var server = await TestServer.StartAsync();
        var pull = new FakePull([Directory], 1);
        pull.Head = pull.Head with { IsKnown = true };
        server.Host.OnPull = _ => pull;
        await using var open = await OpenAsync(server, server.Guest, new PullRequest("work", "", ""));
        Assert.True(open.Head is { IsKnown: true, HasChunks: false });
        await open.FinishAsync(Cancel);
        await foreach (var piece in open.ReadAsync(Cancel)) Assert.Fail($"a piece of {piece.Length} bytes");
    }

    [Fact]
    public async Task Strangers_and_refusals_are_told_apart()
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.Stranger("stranger");
        Assert.Equal(LinkFailure.NotAllowed, (await Assert.ThrowsAsync<LinkException>(() => OpenAsync(server, stranger, new PullRequest("work", "", "")))).Failure);
        Assert.Equal(LinkFailure.NoSuchShare, (await Assert.ThrowsAsync<LinkException>(() => OpenAsync(server, server.Guest, new PullRequest("work", "", "")))).Failure);
    }

    [Fact]
    public async Task A_guest_whose_right_goes_under_way_is_told()
    {
        await using var server = await TestServer.StartAsync();
        var pull = new FakePull([Directory], 1);
        server.Host.OnPull = _ => pull;
        await using var open = await OpenAsync(server, server.Guest, new PullRequest("work", "", ""));
        await open.ReadTreeAsync(Cancel);
        await pull.Revoked.CancelAsync();
        var failure = await Assert.ThrowsAsync<LinkException>(async () =>
        {
            await foreach (var piece in open.ReadAsync(Cancel)) piece.Dispose();
        });
        Assert.Equal(LinkFailure.NotAllowed, failure.Failure);
    }

    public static TheoryData<string, byte[][], int, long> BadTrees => new()
    {
        { "fewer records than announced", [Directory], 2, Directory.Length },
        { "more records than announced", [Directory, Symlink], 1, Directory.Length + Symlink.Length },
        { "more bytes than announced", [Directory, Symlink], 2, Directory.Length },
        { "fewer bytes than announced", [Directory], 1, Directory.Length + 1 },
        { "as many as memory holds", [Directory], PulledTree.MaxEntries, long.MaxValue },
        { "half a record", [Directory[..5]], 1, 5 },
    };

    [Theory]
    [MemberData(nameof(BadTrees))]
    public async Task A_host_with_a_bad_tree_is_refused(string what, byte[][] pages, int entries, long bytes)
    {
        await using var server = await TestServer.StartAsync();
        var pull = new FakePull(pages, entries);
        pull.Head = pull.Head with { RecordBytes = bytes };
        server.Host.OnPull = _ => pull;
        await using var open = await OpenAsync(server, server.Guest, new PullRequest("work", "", ""));
        var reading = open.ReadTreeAsync(Cancel);
        await open.FinishAsync(Cancel);
        var failure = await Assert.ThrowsAsync<LinkException>(() => reading);
        Assert.True(failure.Failure == LinkFailure.Protocol, what);
    }

    [Fact]
    public async Task A_tree_of_another_hash_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var pull = new FakePull([Directory], 1);
        pull.Head = pull.Head with { TreeHash = new byte[32] };
        server.Host.OnPull = _ => pull;
        await using var open = await OpenAsync(server, server.Guest, new PullRequest("work", "", ""));
        Assert.Equal(LinkFailure.Protocol, (await Assert.ThrowsAsync<LinkException>(() => open.ReadTreeAsync(Cancel))).Failure);
    }

    [Fact]
    public async Task A_guest_that_breaks_the_protocol_is_ended()
    {
        await using var server = await TestServer.StartAsync();
        server.Host.OnPull = _ => new FakePull([Directory], 1);
        using var peer = new RawPeer(server, server.Guest);
        var hello = PullMapping.ToWire(new PullRequest("work", "", ""));
        await RefusedAsync(peer, "wants before the hello", Wants(0, 1));
        await RefusedAsync(peer, "a second hello", Hello(hello), Hello(hello));
        await RefusedAsync(peer, "half a run", Hello(hello), Wants(0));
        await RefusedAsync(peer, "an entry beyond all", Hello(hello), Wants(uint.MaxValue, 1));
        await RefusedAsync(peer, "a run beyond all", Hello(hello), Wants(0, uint.MaxValue));
        await RefusedAsync(peer, "too many runs", Hello(hello), Wants([.. Enumerable.Repeat(0u, 2 * PullLimits.MaxRuns + 2)]));
        await RefusedAsync(peer, "an offset of several", Hello(hello), new PullAsk { Wants = new PullWants { Runs = { 0, 2 }, Offset = 1 } });
        await RefusedAsync(peer, "a part of several", Hello(hello), new PullAsk { Wants = new PullWants { Runs = { 0, 2 }, Length = 1 } });
        await RefusedAsync(peer, "a part of a chunk list", Hello(hello), new PullAsk { Wants = new PullWants { Runs = { 0, 1 }, Length = 1, Chunks = true } });
        await RefusedAsync(peer, "a length beyond all", Hello(hello), new PullAsk { Wants = new PullWants { Runs = { 0, 1 }, Length = ulong.MaxValue } });
        await RefusedAsync(peer, "an offset beyond all", Hello(hello), new PullAsk { Wants = new PullWants { Runs = { 0, 1 }, Offset = ulong.MaxValue } });
        await RefusedAsync(peer, "no share", Hello(new PullHello(hello) { Share = "" }));
        await RefusedAsync(peer, "a way out", Hello(new PullHello(hello) { SubPath = "../x" }));
        await RefusedAsync(peer, "a long tag", Hello(new PullHello(hello) { At = new string('x', PullLimits.MaxAt + 1) }));
        await RefusedAsync(peer, "a short hash", Hello(new PullHello(hello) { KnownTree = ByteString.CopyFrom(1, 2, 3) }));
        using var stranger = server.Stranger("stranger");
        using var other = new RawPeer(server, stranger);
        Assert.Equal(PermissionDenied, (await CallAsync(other, Hello(hello))).Status);
        Assert.Equal(0, (await CallAsync(peer, Hello(hello), Wants(0, 1))).Status);
    }

    private static PullAsk Hello(PullHello hello) => new() { Hello = hello };

    private static PullAsk Wants(params uint[] runs) => new() { Wants = new PullWants { Runs = { runs } } };

    private static Task<(int Status, string Message)> CallAsync(RawPeer peer, params PullAsk[] asks) =>
        peer.CallAsync("Pull", [.. asks.SelectMany(static a => RawPeer.Framed(a.ToByteArray()))]);

    private static async Task RefusedAsync(RawPeer peer, string what, params PullAsk[] asks)
    {
        var (status, message) = await CallAsync(peer, asks);
        Assert.True(status == InvalidArgument, $"{what}: {status} {message}");
    }

    private static Task<GuestPull> OpenAsync(TestServer server, PeerIdentity me, PullRequest request) =>
        PullConnector.OpenAsync([server.Address], server.Identity.Fingerprint, me, request, Cancel);
}
