using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Networks;

/// <summary>What happens to networks between machines: each agent is in a network of its own, with a virtual cable between.</summary>
public sealed class NetworkTests
{
    /// <summary>A long file takes some seconds: there is a middle of it.</summary>
    private const string Slow = "{ \"rates\": { \"up\": \"4M\" } }";

    [Fact]
    public async Task The_guests_address_changes_in_mid_transfer()
    {
        await using MachinePair pair = await MachinePair.CreateAsync("10.88.0.1/24", "10.88.0.2/24");
        await pair.StartAsync(Slow);
        await pair.BeginTransferAsync("long");
        await pair.GuestNetwork.IpAsync("address", "del", "10.88.0.2/24", "dev", "eth0");
        await pair.GuestNetwork.AddAddressAsync("10.88.0.3/24");
        pair.Guest.Tree.Put("from-guest", "1");
        await pair.SyncAndCheckAsync();
        pair.Host.Tree.Check("from-guest", "1");
    }

    [Fact]
    public async Task One_of_the_hosts_two_addresses_goes_in_mid_transfer()
    {
        await using MachinePair pair = await MachinePair.CreateAsync(
            async (host, guest) =>
            {
                await host.CableAsync("eth0", guest, "eth0");
                foreach (string network in (string[])["10.88.0.", "10.89.0."])
                {
                    await host.AddAddressAsync(network + "1/24");
                    await guest.AddAddressAsync(network + "2/24");
                }
            });
        await pair.StartAsync(Slow);
        await pair.BeginTransferAsync("long");
        string used = (await pair.HostNetwork.RunAsync("sh", "-c", "ss -Htn state established '( sport = :7443 )'")).Output.Contains("10.88.0.1", StringComparison.Ordinal) ? "10.88.0.1" : "10.89.0.1";
        await pair.HostNetwork.IpAsync("address", "del", used + "/24", "dev", "eth0");
        pair.Guest.Tree.Put("from-guest", "1");
        await pair.SyncAndCheckAsync();
        pair.Host.Tree.Check("from-guest", "1");
    }

    [Fact]
    public async Task The_link_goes_down_in_mid_transfer_and_comes_up_after_edits_on_both_sides()
    {
        await using MachinePair pair = await MachinePair.CreateAsync("10.88.0.1/24", "10.88.0.2/24");
        await pair.StartAsync(Slow);
        await pair.BeginTransferAsync("long");
        await pair.HostNetwork.IpAsync("link", "set", "eth0", "down");
        pair.Host.Tree.Put("d/from-host", "1");
        pair.Guest.Tree.Put("d/from-guest", "2");
        // It says what is the matter, instead of waiting without end.
        await pair.Guest.StateAsync("disconnected");
        Assert.Equal(5, (await pair.Guest.RunAsync("flush", "--timeout", "2s")).ExitCode);
        await pair.HostNetwork.IpAsync("link", "set", "eth0", "up");
        await pair.SyncAndCheckAsync();
        pair.Host.Tree.Check("d/from-guest", "2");
        pair.Guest.Tree.Check("d/from-host", "1");
    }

    [Fact]
    public async Task The_host_is_killed_in_mid_transfer_and_starts_again()
    {
        await using MachinePair pair = await MachinePair.CreateAsync("10.88.0.1/24", "10.88.0.2/24");
        await pair.StartAsync(Slow);
        await pair.BeginTransferAsync("long");
        await pair.Host.KillAsync();
        pair.Guest.Tree.Put("from-guest", "1");
        await pair.Host.StartAsync();
        await pair.SyncAndCheckAsync();
        pair.Host.Tree.Check("from-guest", "1");
    }

    [Fact]
    public async Task Routers_in_the_middle_pass_1280_bytes_and_no_more()
    {
        await using TestNetwork near = await TestNetwork.CreateAsync();
        await using TestNetwork far = await TestNetwork.CreateAsync();
        await using MachinePair pair = await MachinePair.CreateAsync(
            async (host, guest) =>
            {
                await host.CableAsync("eth0", near, "eth0");
                await near.CableAsync("eth1", far, "eth1");
                await guest.CableAsync("eth0", far, "eth0");
                await host.AddAddressAsync("10.88.0.1/24");
                await near.AddAddressAsync("10.88.0.254/24");
                await near.AddAddressAsync("10.90.0.1/24", "eth1");
                await far.AddAddressAsync("10.90.0.2/24", "eth1");
                await far.AddAddressAsync("10.89.0.254/24");
                await guest.AddAddressAsync("10.89.0.1/24");
                // Neither agent's own interface is narrow: only the routers tell that larger packets do not pass.
                foreach (TestNetwork router in (TestNetwork[])[near, far])
                {
                    await router.IpAsync("link", "set", "eth1", "mtu", "1280");
                    await router.RunAsync("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
                }

                await near.IpAsync("route", "add", "10.89.0.0/24", "via", "10.90.0.2");
                await far.IpAsync("route", "add", "10.88.0.0/24", "via", "10.90.0.1");
                await host.IpAsync("route", "add", "default", "via", "10.88.0.254");
                await guest.IpAsync("route", "add", "default", "via", "10.89.0.254");
            });
        await pair.StartAsync();
        await BothWaysAsync(pair);
        // Both were told, so packets had been too large.
        Assert.Contains("mtu 1280", (await pair.HostNetwork.RunAsync("ip", "route", "get", "10.89.0.1")).Output, StringComparison.Ordinal);
        Assert.Contains("mtu 1280", (await pair.GuestNetwork.RunAsync("ip", "route", "get", "10.88.0.1")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_nothing_but_ipv6()
    {
        await using MachinePair pair = await MachinePair.CreateAsync("fd00:88::1/64", "fd00:88::2/64", "[::]:7443");
        await pair.HostNetwork.IpAsync("-4", "address", "flush", "dev", "lo");
        await pair.GuestNetwork.IpAsync("-4", "address", "flush", "dev", "lo");
        await pair.StartAsync();
        await BothWaysAsync(pair);
        await pair.Guest.RestartAsync();
        await pair.Host.RestartAsync();
        pair.Guest.Tree.Put("after", "1");
        await pair.SyncAndCheckAsync();
    }

    private static async Task BothWaysAsync(MachinePair pair)
    {
        pair.Host.Tree.Put("from-host", System.Security.Cryptography.RandomNumberGenerator.GetBytes(8 << 20));
        pair.Guest.Tree.Put("from-guest", System.Security.Cryptography.RandomNumberGenerator.GetBytes(8 << 20));
        for (int i = 0; i < 50; i++)
        {
            pair.Host.Tree.Put($"small/h{i}", $"host {i}");
            pair.Guest.Tree.Put($"small/g{i}", $"guest {i}");
        }

        await pair.SyncAndCheckAsync();
    }
}
