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

    [Fact]
    public void What_was_verified_is_believed_until_it_looks_another()
    {
        var bytes = Bytes(1, 30_000);
        var id = MadeShare.IdOf(bytes);
        using (var cache = Open(1 << 20))
        {
            cache.Add(id, bytes);
            Assert.True(IsVerified(cache));
            cache.Trim(CancellationToken.None);
        }

        using (var another = Open(1 << 20)) Assert.True(IsVerified(another));
        using (var wary = ContentCache.Open(Path.Combine(_temporary.Path, "cache"), 1 << 20, _time, trustsStamps: false)) Assert.False(IsVerified(wary));

        // The use is noted, and it is the same file all the same.
        _time.Advance(TimeSpan.FromHours(3));
        using (var later = Open(1 << 20))
        {
            Assert.True(IsVerified(later));
            Assert.True(IsVerified(later));
            later.Trim(CancellationToken.None);
        }

        using (var after = Open(1 << 20)) Assert.True(IsVerified(after));

        // One byte, with the old time: the ctime tells.
        var file = Path.Combine(_temporary.Path, "cache", "v1", id.ToString()[..2], id.ToString()[2..]);
        var mtime = File.GetLastWriteTimeUtc(file);
        bytes[7] ^= 1;
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, mtime);
        using var last = Open(1 << 20);
        Assert.False(IsVerified(last));

        bool IsVerified(ContentCache cache)
        {
            using var found = cache.Find(id, 30_000);
            return found!.IsVerified;
        }
    }

    [Fact]
    public void A_ledger_of_another_start_of_the_machine_or_a_damaged_one_says_nothing()
    {
        using var root = DirectoryOf(_temporary.Path);
        var (id, stamp) = (MadeShare.IdOf(Bytes(1, 10)), new FileStamp(1, 10, 2, 3));
        var ledger = CacheLedger.Load(root, 1);
        ledger.Note(id, stamp);
        ledger.Save(root);
        Assert.False(ledger.HasFresh);
        Assert.True(CacheLedger.Load(root, 1).Holds(id, stamp));
        Assert.False(CacheLedger.Load(root, 1).Holds(id, stamp with { CtimeNs = 4 }));
        Assert.False(CacheLedger.Load(root, 2).Holds(id, stamp));
        Assert.False(CacheLedger.Load(root, null).Holds(id, stamp));

        // Half a fact, as a kill leaves it: what is whole counts, and the next one to save makes it whole again.
        var file = Path.Combine(_temporary.Path, "ledger");
        File.WriteAllBytes(file, [.. File.ReadAllBytes(file), 1, 2, 3]);
        var next = CacheLedger.Load(root, 1);
        Assert.True(next.Holds(id, stamp));
        var (other, size) = (MadeShare.IdOf(Bytes(2, 10)), new FileInfo(file).Length);
        next.Note(other, stamp);
        next.Save(root);
        Assert.NotEqual(size, new FileInfo(file).Length);
        Assert.True(CacheLedger.Load(root, 1).Holds(id, stamp) && CacheLedger.Load(root, 1).Holds(other, stamp));

        // The machine was started anew: what it says from then on is of then.
        var anew = CacheLedger.Load(root, 2);
        anew.Note(other, stamp);
        anew.Save(root);
        Assert.True(CacheLedger.Load(root, 2).Holds(other, stamp));
        Assert.False(CacheLedger.Load(root, 2).Holds(id, stamp));
        File.WriteAllBytes(file, [1]);
        Assert.False(CacheLedger.Load(root, 2).Holds(other, stamp));
    }

    [Fact]
    public void A_ledger_that_many_write_to_does_not_grow_for_ever()
    {
        using var root = DirectoryOf(_temporary.Path);
        for (var i = 0; i < 3000; i++)
        {
            var ledger = CacheLedger.Load(root, 1);
            ledger.Note(MadeShare.IdOf(Bytes(i % 20, 10)), new FileStamp(1, 10, i, i));
            ledger.Save(root);
        }

        Assert.InRange(new FileInfo(Path.Combine(_temporary.Path, "ledger")).Length, 20 * 64, 32 + (1100 * 64));
        Assert.True(CacheLedger.Load(root, 1).Holds(MadeShare.IdOf(Bytes(19, 10)), new FileStamp(1, 10, 2999, 2999)));
    }

    private static DirectoryHandle DirectoryOf(string path)
    {
        Assert.Equal(FsError.None, DirectoryHandle.Open(path, out var directory));
        return directory!;
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
        Assert.Equal(FsError.None, OpenFile.Read(file.File, 0, bytes, out var read));
        return bytes[..read];
    }
}
