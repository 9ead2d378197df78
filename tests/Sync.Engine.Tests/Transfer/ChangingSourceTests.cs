using CsCheck;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Tests.Files;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>A content that changes while it is read is sent as it was, or not at all.</summary>
public sealed class ChangingSourceTests : IDisposable
{
    private readonly TransferReplica _from = new();
    private readonly TransferReplica _to = new();

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1 << 20)]
    public async Task A_content_that_is_gone_is_superseded(int length)
    {
        var id = TestContents.ManifestOf(TestContents.Random(length)).Id;
        await AssertSuperseded(id); // never there
        _from.Has(TestContents.Random(length));
        File.WriteAllBytes(_from.PathOf(id), TestContents.Random(length, 2));
        await AssertSuperseded(id); // same length, other bytes
        File.WriteAllBytes(_from.PathOf(id), TestContents.Random(length - 1));
        await AssertSuperseded(id);
        File.WriteAllBytes(_from.PathOf(id), TestContents.Random(length * 200));
        await AssertSuperseded(id);
        File.Delete(_from.PathOf(id));
        await AssertSuperseded(id);
        Directory.CreateDirectory(_from.PathOf(id));
        await AssertSuperseded(id);
        Directory.Delete(_from.PathOf(id));
        File.CreateSymbolicLink(_from.PathOf(id), "/etc/passwd");
        await AssertSuperseded(id);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20_000_000)]
    [InlineData((33 << 20) + 76)]
    public async Task One_other_byte_of_a_long_content_is_not_sent(int at)
    {
        // Told by the sums of its blocks, but for its last one, which has none.
        var content = TestContents.Random((33 << 20) + 77);
        var id = _from.Has(content).Id;
        var summer = new BlockSummer(_from.Manifests.Key, content.Length);
        summer.Append(content);
        _from.Manifests.WriteSums(id, summer.Finish()!);
        Assert.Equal(TransferStatus.Complete, (await _from.FramesAsync(id)).OfType<ContentFrame.End>().Single().Status);
        using (var file = File.OpenHandle(_from.PathOf(id), FileMode.Open, FileAccess.Write)) RandomAccess.Write(file, [(byte)(content[at] ^ 1)], at);
        var frames = await _from.FramesAsync(id);
        Assert.Equal(TransferStatus.Superseded, frames.OfType<ContentFrame.End>().Single().Status);
        var sent = frames.OfType<ContentFrame.Data>().SelectMany(d => d.Bytes.ToArray()).ToArray();
        Assert.True(sent.Length <= at);
        Assert.True(content.AsSpan().StartsWith(sent));
    }

    [Fact]
    public async Task Without_a_known_chunk_list_other_bytes_are_superseded_too()
    {
        var id = _from.Has(TestContents.Random(1 << 20), withManifest: false).Id;
        File.WriteAllBytes(_from.PathOf(id), TestContents.Random(1 << 20, 2));
        await AssertSuperseded(id);
    }

    [Fact]
    public Task Written_to_at_any_moment_it_never_gives_wrong_bytes()
    {
        var content = TestContents.Random(6 << 20);
        return Gen.Select(Gen.Int[0, 90], Gen.Int[0, content.Length - 1], Gen.Bool).SampleAsync(
            async (moment, at, shorten) =>
            {
                using var from = new TransferReplica();
                using var to = new TransferReplica();
                var id = from.Has(content).Id;
                using var receiver = to.Receiver();
                ReceivedContent? received = null;
                var count = 0;
                await foreach (var frame in from.Sender().Send(new ContentRequest(1, default, id, default, 0), default))
                {
                    if (count++ == moment)
                    {
                        using var file = File.OpenWrite(from.PathOf(id));
                        file.Position = at;
                        if (shorten) file.SetLength(at);
                        else file.WriteByte((byte)~content[at]);
                    }

                    Assert.Null(received);
                    received = await receiver.TakeAsync(frame, default);
                }

                Assert.NotNull(received);
                if (received.Status != TransferStatus.Superseded) Assert.Equal(content, received.BytesIn(to));
                var kept = receiver.ResumeOffset(id);
                if (kept > 0) Assert.Equal(content[..(int)kept], File.ReadAllBytes(to.At($".sync/staging/p-{id}")));
            },
            iter: 40, threads: 1);
    }

    [Fact]
    public async Task A_file_moved_between_looking_and_opening_is_looked_for_again()
    {
        var content = TestContents.Random(1 << 20);
        var manifest = _from.Has(content);
        var looked = 0;
        _from.Locating = id =>
        {
            if (looked++ != 1) return;
            // The answer before this one named the old place; it was moved then.
            _from.Knows("moved", manifest);
        };
        var old = _from.PathOf(manifest.Id);
        File.Move(old, _from.At("moved"));
        Assert.Equal(content, (await _from.MoveAsync(_to, manifest.Id)).BytesIn(_to));
    }

    [Fact]
    public async Task A_touched_file_is_still_the_content()
    {
        var content = TestContents.Random(1 << 20);
        var id = _from.Has(content).Id;
        File.SetLastWriteTimeUtc(_from.PathOf(id), DateTime.UnixEpoch);
        Assert.Equal(content, (await _from.MoveAsync(_to, id)).BytesIn(_to));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_fails_with_its_path()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Permissions do not hold for root.");
        var id = _from.Has(TestContents.Random(1 << 20)).Id;
        Shell.Run("chmod", "000", _from.PathOf(id));
        var received = await _from.MoveAsync(_to, id);
        Assert.Equal(TransferStatus.Failed, received.Status);
        Assert.Contains(Path.GetFileName(_from.PathOf(id)), received.Detail, StringComparison.Ordinal);
    }

    private async Task AssertSuperseded(ContentId id)
    {
        Assert.Equal(TransferStatus.Superseded, (await _from.MoveAsync(_to, id)).Status);
        Assert.DoesNotContain($"c-{id}", _to.StagedNames());
    }
}
