using Sync.Engine.Link;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;
using Sync.Engine.Tests.Store;
using Xunit;

namespace Sync.Engine.Tests.Pulling;

/// <summary>A host that sends what it should not: the pull ends, and nothing of it is in the directory.</summary>
public sealed class HostilePullTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    public static TheoryData<string, PullPieceKind, byte[]> Unasked => new()
    {
        { "an entry that is none", PullPieceKind.Contents, [99, 1, 65] },
        { "an entry far beyond", PullPieceKind.Contents, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 65] },
        { "a directory's bytes", PullPieceKind.Contents, [0, 1, 65] },
        { "a longer content", PullPieceKind.Contents, [1, 0xFF, 0xFF, 0x7F, 65] },
        { "a shorter content", PullPieceKind.Contents, [1, 1, 65] },
        { "half a number", PullPieceKind.Contents, [0x81] },
        { "a part of a whole one, elsewhere", PullPieceKind.Data, [1, 50, 65] },
        { "a part beyond the end", PullPieceKind.Data, [1, 0, .. new byte[600]] },
        { "nothing gone", PullPieceKind.Gone, [77, 0] },
        { "an empty word", PullPieceKind.Gone, [] },
    };

    [Theory]
    [MemberData(nameof(Unasked))]
    public async Task What_was_not_asked_for_ends_the_pull(string what, PullPieceKind kind, byte[] bytes)
    {
        var share = new MadeShare().Put("d/file", new string('x', 200)).Put("e", "e");
        share.Unasked.Add((kind, bytes));
        var failure = await Assert.ThrowsAsync<LinkException>(() => RunAsync(share));
        Assert.True(failure.Failure == LinkFailure.Protocol, what);
        Assert.False(Directory.Exists(Path.Combine(_temporary.Path, "workspace")));
    }

    [Fact]
    public async Task Whatever_bytes_come_none_but_the_right_ones_are_placed()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var share = new MadeShare();
            for (var i = 0; i < 10; i++) share.Put($"d{i % 3}/file{i}", new string((char)('a' + i), random.Next(1, 400)));
            share.Put("long", new string('z', 300_000));
            share.Tamper = (_, bytes) =>
            {
                if (random.Next(3) == 0) return random.Next(8) == 0 ? null : bytes;
                var changed = (byte[])bytes.Clone();
                changed[random.Next(Math.Min(changed.Length, 8))] ^= (byte)(1 << random.Next(8));
                return changed;
            };
            var workspace = $"workspace{seed}";
            try
            {
                await RunAsync(share, workspace);
            }
            catch (Exception e) when (e is LinkException or RestlessFilesException or WorkspaceException)
            {
                Assert.False(Directory.Exists(Path.Combine(_temporary.Path, workspace)));
                continue;
            }

            var tree = share.Tree();
            for (var i = 0; i < tree.Count; i++)
            {
                if (tree.Entries[i].Content.IsNone) continue;
                Assert.Equal(tree.Entries[i].Content, MadeShare.IdOf(File.ReadAllBytes(Path.Combine(_temporary.Path, workspace, tree.PathOf(i)))));
            }
        }
    }

    private Task<PullResult> RunAsync(MadeShare share, string name = "workspace") =>
        new PullRun(share, new PullOptions(Path.Combine(_temporary.Path, name), "host", "share", ""), new HurriedTime()).RunAsync(TestContext.Current.CancellationToken);
}
