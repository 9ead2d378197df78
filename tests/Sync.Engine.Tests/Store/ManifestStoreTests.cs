using Microsoft.Extensions.Time.Testing;
using Sync.Delta;
using Sync.Engine.Store;
using Xunit;

namespace Sync.Engine.Tests.Store;

public sealed class ManifestStoreTests
{
    [Fact]
    public void What_was_written_is_read_also_by_another_store()
    {
        using var directory = new TemporaryDirectory();
        var store = new ManifestStore(directory.File("m"), TimeProvider.System);
        Assert.False(store.TryRead(Id(1), out _));
        store.Write(Id(1), [1, 2]);
        store.Write(Id(1), [1, 2, 3]);
        store.Write(Id(2), []);
        foreach (var one in (ManifestStore[])[store, new ManifestStore(directory.File("m"), TimeProvider.System)])
        {
            Assert.True(one.TryRead(Id(1), out var manifest));
            Assert.Equal<byte>([1, 2, 3], manifest);
            Assert.True(one.TryRead(Id(2), out manifest));
            Assert.Empty(manifest);
        }

        store.Remove(Id(1));
        store.Remove(Id(3));
        Assert.False(store.TryRead(Id(1), out _));
    }

    [Fact]
    public void A_sweep_keeps_what_is_live_or_young()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var store = new ManifestStore(directory.Path, time);
        for (byte i = 0; i < 10; i++) store.Write(Id(i), [i]);
        File.WriteAllText(directory.File("left.tmp"), "");
        Assert.Equal(0, store.Sweep(_ => false, TimeSpan.FromHours(1)));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(9, store.Sweep(id => id == Id(4) || id == Id(5), TimeSpan.FromHours(1)));
        Assert.True(store.TryRead(Id(4), out _));
        Assert.False(store.TryRead(Id(6), out _));
    }

    [Fact]
    public void Sizes_are_bounded_and_large_ones_do_not_fill_the_memory()
    {
        using var directory = new TemporaryDirectory();
        var store = new ManifestStore(directory.Path, TimeProvider.System);
        Assert.Throws<ArgumentException>(() => store.Write(Id(1), new byte[ManifestStore.MaxBytes + 1]));
        for (byte i = 0; i < 30; i++) store.Write(Id(i), new byte[1 << 20]);
        for (byte i = 0; i < 30; i++) Assert.True(store.TryRead(Id(i), out var manifest) && manifest.Length == 1 << 20);
    }

    [Fact]
    public void Block_sums_stay_within_their_budget_and_the_oldest_go_first()
    {
        using var directory = new TemporaryDirectory();
        var store = new ManifestStore(directory.Path, TimeProvider.System, sumsBudget: 1 << 20);
        var content = new byte[4 << 20];
        Random.Shared.NextBytes(content);
        for (byte i = 0; i < 30; i++)
        {
            var summer = new BlockSummer(store.Key, content.Length);
            summer.Append(content);
            store.WriteSums(Id(i), summer.Finish()!);
            File.SetLastWriteTimeUtc(directory.Path + "/" + Id(i).ToString()[..2] + "/" + Id(i).ToString()[2..4] + "/" + Id(i) + ".sums", DateTime.UtcNow.AddDays(-1).AddMinutes(i));
        }

        var left = new DirectoryInfo(directory.Path).EnumerateFiles("*.sums", SearchOption.AllDirectories).Sum(f => f.Length);
        Assert.InRange(left, 1 << 19, (1 << 20) + (100 << 10));
        Assert.Null(store.ReadSums(Id(0)));
        Assert.NotNull(store.ReadSums(Id(29)));
    }

    private static ContentId Id(byte seed) => new(LiteDbRecordStoreTests.Bytes(seed, 32));
}
