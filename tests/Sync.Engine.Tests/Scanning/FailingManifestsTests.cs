using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Engine.Tests.Hostile;
using Sync.Engine.Tests.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Scanning;

/// <summary>Chunk lists only shorten transfers: where they cannot be kept or read, files are taken all the same, and a flush ends.</summary>
public sealed class FailingManifestsTests
{
    [Fact]
    public async Task A_long_file_whose_chunk_list_cannot_be_kept_is_taken()
    {
        await using var host = await HostUnderTest.StartAsync();
        Directory.Delete(Manifests(host), recursive: true);
        File.WriteAllText(Manifests(host), "no directory");
        File.WriteAllBytes(Path.Join(host.Root, "f"), TestContents.Random(3 << 20));
        await TakenAsync(host, 3 << 20);
    }

    [Fact]
    public async Task A_long_file_is_taken_where_the_chunk_list_of_what_it_was_cannot_be_read()
    {
        await using var host = await HostUnderTest.StartAsync();
        var bytes = TestContents.Random(40 << 20);
        File.WriteAllBytes(Path.Join(host.Root, "f"), bytes);
        await TakenAsync(host, bytes.Length);
        var sums = Directory.GetFiles(Manifests(host), "*.sums", SearchOption.AllDirectories);
        Assert.NotEmpty(sums);
        foreach (var path in sums)
        {
            File.Delete(path);
            Directory.CreateDirectory(path);
        }

        await using (var file = new FileStream(Path.Join(host.Root, "f"), FileMode.Open)) file.Write("edited"u8);
        await TakenAsync(host, bytes.Length);
        // The manifests of what was and of what is: it was read, although its sums could not be.
        Assert.Equal(2, Directory.GetFiles(Manifests(host), "*", SearchOption.AllDirectories).Count(path => Path.GetFileName(path).Length > 40 && !path.EndsWith(".sums", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task It_is_sent_all_the_same()
    {
        await using var host = await HostUnderTest.StartAsync();
        Directory.Delete(Manifests(host), recursive: true);
        File.WriteAllText(Manifests(host), "no directory");
        var bytes = TestContents.Random(3 << 20);
        File.WriteAllBytes(Path.Join(host.Root, "f"), bytes);
        await TakenAsync(host, bytes.Length);
        File.Delete(Manifests(host));
        Directory.CreateDirectory(Manifests(host));
        var reader = await host.JoinAsync("reader");
        TransferStatus? ended = null;
        await foreach (var frame in reader.Session.Download(Ask(), TestContext.Current.CancellationToken))
        {
            if (frame is not ContentFrame.End end) continue;
            ended = end.Status;
            break;
        }

        Assert.Equal(TransferStatus.Complete, ended);

        async IAsyncEnumerable<ContentRequest> Ask()
        {
            await Task.Yield();
            yield return new ContentRequest(1, default, TestContents.ManifestOf(bytes).Id, default, 0);
        }
    }

    private static string Manifests(HostUnderTest host) => Path.Join(host.At("data"), "manifests");

    private static async Task TakenAsync(HostUnderTest host, long length)
    {
        var result = await host.Share.FlushAsync(TimeSpan.FromSeconds(90), TestContext.Current.CancellationToken);
        Assert.True(result.Outcome == FlushOutcome.Complete, result.ToString());
        Assert.Equal(length, (await host.Share.StatusNowAsync(TestContext.Current.CancellationToken)).Bytes);
    }
}
