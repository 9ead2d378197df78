using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Rate limits between real agents.</summary>
public sealed class RateTests
{
    // At 64 KiB/s a minute and a half: nothing here waits so long.
    private const int LongFile = 6 << 20;

    [Theory]
    [InlineData("{ \"rates\": { \"up\": \"64K\" } }")]
    [InlineData("{ \"rates\": { \"guests\": { \"GUEST\": { \"up\": \"64K\" } } } }")]
    public async Task A_limit_holds_up_long_contents_and_no_saves_until_it_is_lifted(string settings)
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAndCheckAsync();
        await SetAsync(pair.Host, settings.Replace("GUEST", await pair.Guest.NameAsync(), StringComparison.Ordinal));
        pair.Host.Tree.Put("long", System.Security.Cryptography.RandomNumberGenerator.GetBytes(LongFile));
        await Eventually.HoldsAsync(async () => (await pair.Guest.StatusAsync()).GetProperty("pendingInBytes").GetInt64() > 0, () => $"the guest waits for it\n{pair.Guest}");
        pair.Host.Tree.Put("short", "quick");
        await Eventually.HoldsAsync(() => pair.Guest.Tree.Has("short"), () => $"a save passes\n{pair.Guest}");
        Assert.False(pair.Guest.Tree.Has("long"), "a long content was not held up");
        await SetAsync(pair.Host, "{}");
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task A_guest_holds_itself_back()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAndCheckAsync();
        await SetAsync(pair.Guest, "{ \"rates\": { \"up\": \"64K\" } }");
        pair.Guest.Tree.Put("long", System.Security.Cryptography.RandomNumberGenerator.GetBytes(LongFile));
        pair.Guest.Tree.Put("short", "quick");
        await Eventually.HoldsAsync(() => pair.Host.Tree.Has("short"), () => $"a save passes\n{pair.Guest}");
        Assert.False(pair.Host.Tree.Has("long"), "a long content was not held up");
        await SetAsync(pair.Guest, "{}");
        await pair.SyncAndCheckAsync();
    }

    private static async Task SetAsync(TestAgent agent, string settings)
    {
        await File.WriteAllTextAsync(Path.Combine(agent.DataDirectory, "settings.json"), settings, TestContext.Current.CancellationToken);
        string wanted = settings.Contains("64K", StringComparison.Ordinal) ? "64K" : "\"0\"";
        await Eventually.HoldsAsync(
            async () => (await agent.RunAsync("config", "show", "--json")).Expect(0).Output is var shown
                && (wanted is "64K" ? shown.Contains("64K", StringComparison.Ordinal) : !shown.Contains("64K", StringComparison.Ordinal)),
            () => $"the agent has {settings}\n{agent}");
    }
}
