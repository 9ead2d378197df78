using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A guest whose clock is wrong by a day. The clock is set for its process alone, by libfaketime.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData("+1d")]
    [InlineData("-1d")]
    public async Task A_clock_off_by_a_day_changes_nothing(string offset)
    {
        await using Pair pair = await StartAsync(offset);
        pair.Host.Tree.Put("a", "host").Put("d/b", "1").Mtime("d/b", 1_600_000_000_123_456_789);
        pair.Guest.Tree.Put("c", "guest");
        await pair.SyncAndCheckAsync();
        pair.Guest.Tree.Put("a", "edited on the guest");
        pair.Host.Tree.Put("c", "edited on the host").Delete("d");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "edited on the guest").Check("c", "edited on the host").Check("d", null);
        await pair.WhileApartAsync(() => pair.Guest.Tree.Put("a", "offline"));
        await pair.SyncAndCheckAsync();
        pair.Check("a", "offline");
        Assert.DoesNotContain(pair.Host.Tree.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("+1d", true)]
    [InlineData("+1d", false)]
    [InlineData("-1d", true)]
    [InlineData("-1d", false)]
    public async Task The_newest_wins_by_the_corrected_clock(string offset, bool guestIsNewer)
    {
        await using Pair pair = await StartAsync(offset, "--conflicts", "newest-wins");
        pair.Host.Tree.Put("a", "base");
        await pair.SyncAsync();
        // Both see their own edit while they are running, but neither the other's.
        await pair.Host.StopAsync();
        if (guestIsNewer)
            await HostEditsAsync(pair);
        pair.Guest.Tree.Put("a", "guest");
        await Eventually.HoldsAsync(async () => (await pair.Guest.StatusAsync()).GetProperty("pendingOut").GetInt64() > 0, () => "the edit is seen");
        await pair.Guest.StopAsync();
        if (!guestIsNewer)
            await HostEditsAsync(pair);
        await pair.Host.StartAsync();
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("a", guestIsNewer ? "guest" : "host");
    }

    private static async Task HostEditsAsync(Pair pair)
    {
        await pair.Host.StartAsync();
        pair.Host.Tree.Put("a", "host");
        (await pair.Host.RunAsync("flush")).Expect(0);
        await pair.Host.StopAsync();
    }

    private static async Task<Pair> StartAsync(string offset, params string[] policy)
    {
        string? library = Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu").Select(path => path + "/faketime/libfaketimeMT.so.1").FirstOrDefault(File.Exists);
        Assert.SkipWhen(library is null, "libfaketime is not installed");
        Pair pair = await Pair.StartAsync(guests: 0, policy: policy);
        TestGuest guest = pair.NewGuest();
        // Only the time of day: clocks that measure how long something took are never set.
        guest.Through = ["/usr/bin/env", "LD_PRELOAD=" + library, "FAKETIME=" + offset, "FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_NO_CACHE=1", "NO_FAKE_STAT=1"];
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        return pair;
    }
}
