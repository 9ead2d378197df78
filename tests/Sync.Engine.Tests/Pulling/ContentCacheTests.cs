using Microsoft.Extensions.Time.Testing;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Pulling;
using Sync.Engine.Tests.Store;
using Xunit;

namespace Sync.Engine.Tests.Pulling;

public sealed class ContentCacheTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void What_was_kept_is_found_and_what_was_not_is_not()
    {
        using var cache = Open(1 << 20);
        var bytes = Bytes(1, 1000);
        cache.Add(MadeShare.IdOf(bytes), bytes);
        // Twice is once.
        cache.Add(MadeShare.IdOf(bytes), bytes);
        Assert.Equal(bytes, Read(cache, bytes));
        Assert.Null(Read(cache, Bytes(2, 1000)));
        Assert.Empty(Directory.GetFiles(Path.Combine(_temporary.Path, "cache", "drafts")));
    }

    [Fact]
    public void What_is_used_stays_and_the_rest_goes_oldest_first()
    {
        var used = Bytes(0, 20_000);
        for (var i = 0; i < 30; i++)
        {
            using var cache = Open(200_000);
            var bytes = Bytes(i, 20_000);
            cache.Add(MadeShare.IdOf(bytes), bytes);
            SetAge(MadeShare.IdOf(bytes).ToString());
            Assert.NotNull(Read(cache, used));
            cache.Trim(CancellationToken.None);
            _time.Advance(TimeSpan.FromHours(2));
        }

        using var last = Open(200_000);
        Assert.NotNull(Read(last, used));
        Assert.NotNull(Read(last, Bytes(29, 20_000)));
        Assert.Null(Read(last, Bytes(1, 20_000)));
        Assert.InRange(Directory.EnumerateFiles(Path.Combine(_temporary.Path, "cache", "v1"), "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), 100_000, 200_000);
    }

    [Fact]
    public async Task Many_users_at_once_have_right_bytes_or_none()
    {
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (user, cancel) =>
        {
            using var cache = Open(300_000);
            for (var i = 0; i < 200; i++)
            {
                var bytes = Bytes((i * 7 + user) % 40, 10_000);
                if (Read(cache, bytes) is { } found) Assert.Equal(bytes, found);
                else cache.Add(MadeShare.IdOf(bytes), bytes);
                if (i % 20 == 0) cache.Trim(cancel);
            }

            return ValueTask.CompletedTask;
        });
    }

    private ContentCache Open(long most) => ContentCache.Open(Path.Combine(_temporary.Path, "cache"), most, _time);

    // The cache takes the time of a new file from the disk's clock: here both are to agree.
    private void SetAge(string name) => File.SetLastWriteTimeUtc(Path.Combine(_temporary.Path, "cache", "v1", name[..2], name[2..]), _time.GetUtcNow().UtcDateTime);

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[]? Read(ContentCache cache, byte[] expected)
    {
        using var file = cache.Find(MadeShare.IdOf(expected), expected.Length);
        if (file is null) return null;
        var bytes = new byte[expected.Length];
        Assert.Equal(FsError.None, OpenFile.Read(file, 0, bytes, out var read));
        return bytes[..read];
    }
}
