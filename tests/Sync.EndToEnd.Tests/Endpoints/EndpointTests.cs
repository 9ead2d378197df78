using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Endpoints;

/// <summary>A machine without a network: the same agents over a Unix socket and over a serial line.</summary>
public sealed class EndpointTests
{
    [Fact]
    public async Task Over_a_unix_socket_alone_a_guest_joins_by_the_invite_and_syncs_both_ways()
    {
        using var place = new TemporaryPlace();
        string socket = place.Of("host.sock");
        await using TestHost host = place.Host(["unix:" + socket]);
        host.Tree.Put("from-host", "1");
        await host.StartAsync();
        Assert.Equal("unix:" + socket, (await host.RunAsync("status", "--json")).Expect(0).Json.GetProperty("listen").GetString());
        await using TestGuest guest = place.Guest();
        (await guest.JoinAsync(await host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        guest.Tree.Put("from-guest", "2");
        await guest.FlushAsync();
        guest.Tree.Check("from-host", "1");
        host.Tree.Check("from-guest", "2");
        // Killed, it leaves the socket's file; the next takes its place.
        await host.KillAsync();
        Assert.True(File.Exists(socket));
        await host.StartAsync();
        await guest.StateAsync("in-sync");
        guest.Tree.Put("again", "3");
        await guest.FlushAsync();
        host.Tree.Check("again", "3");
        await host.StopAsync();
        Assert.False(File.Exists(socket));
    }

    [Fact]
    public async Task What_is_in_the_way_of_a_socket_is_told_and_left_alone()
    {
        using var place = new TemporaryPlace();
        string path = place.Of("precious");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        await using TestHost host = place.Host(["unix:" + path]);
        CommandResult failed = await host.StartToFailAsync();
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("is no socket", failed.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task A_socket_in_a_directory_that_is_not_there_is_refused_with_its_name()
    {
        using var place = new TemporaryPlace();
        await using TestHost host = place.Host(["unix:" + place.Of("nowhere/host.sock")]);
        CommandResult failed = await host.StartToFailAsync();
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains($"{place.Of("nowhere")} does not exist", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_a_serial_line_a_guest_syncs_and_finds_its_feet_after_losses_and_restarts_of_either_side()
    {
        using var place = new TemporaryPlace();
        using var cable = new TerminalCable();
        await using TestHost host = place.Host(["serial:" + cable.HostPath]);
        byte[] big = new byte[3_000_000];
        new Random(1).NextBytes(big);
        host.Tree.Put("big", big).Put("small", "1");
        await host.StartAsync();
        await using TestGuest guest = place.Guest();
        (await guest.JoinAsync(await host.InviteAsync("--address", "serial:" + cable.GuestPath))).Expect(0);
        await guest.StartAsync();
        guest.Tree.Put("from-guest", "2");
        await guest.FlushAsync();
        guest.Tree.Check("small", "1");
        Assert.Equal(big, await File.ReadAllBytesAsync(Path.Combine(guest.Tree.Root, "big"), TestContext.Current.CancellationToken));

        // The line is one's own: a second process on it is told so, but for the moment in which the agent makes its link anew.
        CommandResult? pull = null;
        await Eventually.HoldsAsync(
            async () => (pull = await guest.RunAsync("pull", "work", place.Of("pulled"), "--address", "serial:" + cable.GuestPath)) is { ExitCode: 5 } && pull.Error.Contains("in use by another process", StringComparison.Ordinal),
            () => $"a pull is told that the line is in use\n{pull}");

        new Random(2).NextBytes(big);
        host.Tree.Put("big", big);
        // Whatever is under way then, the link breaks and is made anew.
        cable.Lose(100);
        await FlushesAsync(guest);
        host.Tree.Put("big2", big);
        await guest.KillAsync();
        await guest.StartAsync();
        await FlushesAsync(guest);
        guest.Tree.Put("big3", big);
        await host.KillAsync();
        await host.StartAsync();
        await FlushesAsync(guest);
        Assert.Equal("", TreeSnapshot.Diff(TreeSnapshot.Of(host.Tree.Root), TreeSnapshot.Of(guest.Tree.Root), "host", "guest"));
    }

    [Fact]
    public async Task One_host_waits_on_all_kinds_at_once_and_a_line_that_is_not_there_yet_hinders_nobody()
    {
        using var place = new TemporaryPlace();
        string socket = place.Of("host.sock");
        await using TestHost host = place.Host(["127.0.0.1:0", "unix:" + socket, "serial:" + place.Of("no-such-device")]);
        await host.StartAsync();
        string listen = (await host.RunAsync("status", "--json")).Expect(0).Json.GetProperty("listen").GetString()!;
        Assert.Matches("^127\\.0\\.0\\.1:[0-9]+, unix:.*/host\\.sock, serial:.*/no-such-device$", listen);
        string token = await host.InviteAsync("--uses", "2");
        await using TestGuest tcp = place.Guest("tcp");
        await using TestGuest unix = place.Guest("unix");
        (await tcp.JoinAsync(token)).Expect(0);
        (await unix.JoinAsync(token, "--address", "unix:" + socket)).Expect(0);
        await tcp.StartAsync();
        await unix.StartAsync();
        tcp.Tree.Put("a", "1");
        await tcp.FlushAsync();
        await unix.FlushAsync();
        unix.Tree.Check("a", "1");
        // The port that was taken is taken again.
        await host.RestartAsync();
        Assert.Equal(listen, (await host.RunAsync("status", "--json")).Expect(0).Json.GetProperty("listen").GetString());
    }

    /// <summary>A flush ends well, once the link is there again.</summary>
    private static Task FlushesAsync(TestGuest guest)
    {
        CommandResult? last = null;
        return Eventually.HoldsAsync(async () => (last = await guest.RunAsync("flush", "--timeout", "60s")).ExitCode == 0, () => $"a flush succeeds\n{last}\n{guest}", TimeSpan.FromMinutes(2));
    }
}
