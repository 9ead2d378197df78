using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class InviteTests
{
    [Fact]
    public async Task A_wrong_token_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest();
        CommandResult garbage = await guest.JoinAsync("not-a-token");
        Assert.Contains(garbage.ExitCode, (int[])[1, 2, 6]);
        string token = await pair.Host.InviteAsync();
        char last = token[^1] == 'A' ? 'B' : 'A';
        CommandResult wrong = await guest.JoinAsync(token[..^1] + last);
        Assert.Contains(wrong.ExitCode, (int[])[1, 2, 6]);
        Assert.DoesNotContain("   at ", garbage.Error + wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_used_up_token_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string token = await pair.Host.InviteAsync();
        (await pair.NewGuest().JoinAsync(token)).Expect(0);
        (await pair.NewGuest().JoinAsync(token)).ExpectError(6);
    }

    [Fact]
    public async Task A_join_that_fails_leaves_no_directory_that_it_made()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string token = await pair.Host.InviteAsync();
        TestGuest guest = pair.NewGuest();
        (await guest.JoinAsync(token)).Expect(0);
        TestGuest late = pair.NewGuest();
        string parent = Directory.CreateDirectory(pair.Temporary("there")).FullName;
        (await late.RunAsync("join", token, Path.Combine(parent, "new", "er"))).ExpectError(6, "used");
        Assert.Empty(Directory.GetFileSystemEntries(parent));
        // One that was there stays, empty or not.
        (await late.JoinAsync(token)).ExpectError(6);
        Assert.True(Directory.Exists(late.Tree.Root));
        await pair.Host.StopAsync();
        (await late.RunAsync("join", token, Path.Combine(parent, "new"))).ExpectError(5);
        Assert.Empty(Directory.GetFileSystemEntries(parent));
    }

    [Fact]
    public async Task A_token_of_two_uses_pairs_two()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string token = await pair.Host.InviteAsync("--uses", "2");
        (await pair.NewGuest().JoinAsync(token)).Expect(0);
        (await pair.NewGuest().JoinAsync(token)).Expect(0);
        (await pair.NewGuest().JoinAsync(token)).ExpectError(6);
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string token = await pair.Host.InviteAsync("--ttl", "1s");
        DateTimeOffset made = DateTimeOffset.UtcNow;
        await Eventually.HoldsAsync(() => DateTimeOffset.UtcNow > made.AddSeconds(2), () => "two seconds went by");
        (await pair.NewGuest().JoinAsync(token)).ExpectError(6, "expired");
    }

    [Fact]
    public async Task A_host_that_is_away_is_told_apart()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string token = await pair.Host.InviteAsync();
        await pair.Host.StopAsync();
        (await pair.NewGuest().JoinAsync(token)).ExpectError(5);
    }

    [Fact]
    public async Task A_revoked_guest_is_refused_at_once()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        (await pair.Host.RunAsync("guest", "revoke", await pair.Guest.NameAsync())).Expect(0);
        await pair.Guest.StateAsync("refused");
        await pair.Guest.FlushAsync(expect: 6);
        pair.Guest.Tree.Check("a", "1");
    }
}
