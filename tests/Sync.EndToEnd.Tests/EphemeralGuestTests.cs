using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class EphemeralGuestTests
{
    [Fact]
    public async Task Guests_of_an_ephemeral_invite_leave_nothing_behind()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        string stays = await pair.Guest.NameAsync();
        string token = await pair.Host.InviteAsync("--ephemeral", "--uses", "2", "--linger", "20s");
        JsonElement invite = (await pair.Host.RunAsync("invite", "list", "--json")).Expect(0).Json.GetProperty("invites").EnumerateArray().Single(i => i.GetProperty("usesLeft").GetInt32() == 2);
        Assert.True(invite.GetProperty("ephemeral").GetBoolean());

        TestGuest first = await JoinAsync(pair, token), second = await JoinAsync(pair, token);
        await pair.SyncAndCheckAsync();
        Dictionary<string, bool> guests = await GuestsAsync(pair);
        Assert.Equal(3, guests.Count);
        Assert.False(guests[stays]);
        Assert.All(guests.Where(guest => guest.Key != stays), guest => Assert.True(guest.Value));
        Assert.Contains("read-write, ephemeral", (await pair.Host.RunAsync("guest", "list")).Expect(0).Output, StringComparison.Ordinal);
        // What they write is as good as another's.
        second.Tree.Put("b", "2");
        await second.FlushAsync();
        pair.Host.Tree.Check("b", "2");

        await first.StopAsync();
        await second.KillAsync();
        // Neither is waited for, nor are they missed.
        (await pair.Host.RunAsync("flush", "--all", "--timeout", "20s")).Expect(0);
        await GoneAsync(pair, stays);
        JsonElement status = await pair.Host.StatusAsync();
        Assert.Equal(stays, Assert.Single(status.GetProperty("guests").EnumerateArray()).GetProperty("name").GetString());
        string config = await File.ReadAllTextAsync(Path.Combine(pair.Host.DataDirectory, "config.json"), TestContext.Current.CancellationToken);
        Assert.Single(JsonDocument.Parse(config).RootElement.GetProperty("guests").EnumerateArray());

        // Whoever comes back is a stranger, and the invite is used up.
        await first.StartAsync();
        await first.StateAsync("refused");
        (await pair.NewGuest().JoinAsync(token)).ExpectError(6, "used");
    }

    [Fact]
    public async Task A_restart_of_the_host_does_not_keep_them()
    {
        await using Pair pair = await Pair.StartAsync();
        string stays = await pair.Guest.NameAsync();
        string token = await pair.Host.InviteAsync("--ephemeral", "--uses", "2", "--linger", "15s");
        TestGuest here = await JoinAsync(pair, token), gone = await JoinAsync(pair, token);
        await pair.SyncAsync();
        string hereName = await here.NameAsync();
        await pair.Host.KillAsync();
        await gone.KillAsync();
        await pair.Host.StartAsync();
        // The one that is still there comes back in time, and stays for as long as it is there.
        await here.StateAsync("in-sync");
        await Eventually.HoldsAsync(async () => (await GuestsAsync(pair)).Keys.Order(StringComparer.Ordinal).SequenceEqual(((string[])[stays, hereName]).Order(StringComparer.Ordinal)), () => "only the one that is gone is forgotten");
        await here.StopAsync();
        await GoneAsync(pair, stays);
    }

    [Fact]
    public async Task Linger_is_for_ephemeral_guests()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        (await pair.Host.RunAsync("invite", "--share", Pair.Share, "--linger", "5s")).ExpectError(2, "--ephemeral");
        (await pair.Host.RunAsync("invite", "--share", Pair.Share, "--ephemeral", "--linger", "2d")).ExpectError(2, "--linger");
    }

    private static async Task<TestGuest> JoinAsync(Pair pair, string token)
    {
        TestGuest guest = pair.NewGuest();
        (await guest.JoinAsync(token)).Expect(0);
        await guest.StartAsync();
        return guest;
    }

    private static async Task<Dictionary<string, bool>> GuestsAsync(Pair pair) =>
        (await pair.Host.RunAsync("guest", "list", "--json")).Expect(0).Json.GetProperty("guests").EnumerateArray()
        .ToDictionary(guest => guest.GetProperty("name").GetString()!, guest => guest.GetProperty("ephemeral").GetBoolean(), StringComparer.Ordinal);

    private static Task GoneAsync(Pair pair, string stays) =>
        Eventually.HoldsAsync(async () => (await GuestsAsync(pair)).Keys.SequenceEqual([stays]), () => "the ephemeral guests are forgotten");
}
