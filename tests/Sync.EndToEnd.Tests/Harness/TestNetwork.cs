using System.Globalization;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A network of its own, as another machine has: interfaces, addresses and routes of a namespace that lives as long as a process in it. Skips the test where that is not possible.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // No test takes so long; a run that is itself killed leaves nothing for longer.
    private const string Lifetime = "600";

    private readonly ProcessRun _holder;

    private TestNetwork(ProcessRun holder) => _holder = holder;

    /// <summary>What programs are started through to be in it.</summary>
    public IReadOnlyList<string> Through => ["nsenter", string.Create(CultureInfo.InvariantCulture, $"--net=/proc/{_holder.Id}/ns/net"), "--"];

    public static async Task<TestNetwork> CreateAsync()
    {
        Assert.SkipUnless(Environment.UserName == "root", "networks of their own need root");
        CommandResult possible = await TryAsync("unshare", "--net", "true");
        Assert.SkipWhen(possible.ExitCode != 0, $"no network of its own can be made here: {possible.Error.Trim()}");
        CommandResult tool = await TryAsync("ip", "-V");
        Assert.SkipWhen(tool.ExitCode != 0, $"iproute2 is missing: {tool.Error.Trim()}");
        ProcessRun holder = ProcessRun.Start("unshare", "--net", "sh", "-c", "echo ready >&2; exec sleep " + Lifetime);
        var network = new TestNetwork(holder);
        await Eventually.HoldsAsync(() => Task.FromResult(holder.Said("ready")), () => $"the network is there\n{holder}", Limit);
        await network.IpAsync("link", "set", "lo", "up");
        return network;
    }

    /// <summary>Lays a cable between two networks; at each end it is called as told.</summary>
    public async Task CableAsync(string name, TestNetwork other, string otherName)
    {
        await IpAsync("link", "add", name, "type", "veth", "peer", "name", otherName, "netns", other._holder.Id.ToString(CultureInfo.InvariantCulture));
        await IpAsync("link", "set", name, "up");
        await other.IpAsync("link", "set", otherName, "up");
    }

    /// <summary>Gives an interface an address that can be used at once.</summary>
    /// <param name="address">With its prefix's length.</param>
    /// <param name="name">The interface.</param>
    public Task AddAddressAsync(string address, string name = "eth0") =>
        IpAsync(["address", "add", address, "dev", name, .. address.Contains(':', StringComparison.Ordinal) ? (string[])["nodad"] : []]);

    /// <summary>Runs ip(8) in it.</summary>
    public Task IpAsync(params string[] arguments) => RunAsync(["ip", .. arguments]);

    /// <summary>Runs a program in it, and asserts that it ends well.</summary>
    public async Task<CommandResult> RunAsync(params string[] command)
    {
        string[] all = [.. Through, .. command];
        return (await SystemCommand.RunAsync(all[0], all[1..])).Expect(0);
    }

    /// <summary>Bytes that have come in by an interface so far.</summary>
    public async Task<long> ReceivedAsync(string name = "eth0")
    {
        CommandResult table = await RunAsync("cat", "/proc/net/dev");
        string line = table.Output.Split('\n').Single(l => l.TrimStart().StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until so many more bytes have come in.</summary>
    public async Task ReceivesAsync(long bytes, Func<string> what)
    {
        long before = await ReceivedAsync();
        await Eventually.HoldsAsync(async () => await ReceivedAsync() - before >= bytes, what, Limit);
    }

    public ValueTask DisposeAsync() => _holder.DisposeAsync();

    private static async Task<CommandResult> TryAsync(string program, params string[] arguments)
    {
        try
        {
            return await SystemCommand.RunAsync(program, arguments);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Skip($"no network of its own can be made here: {program}: {e.Message}");
            throw;
        }
    }
}
