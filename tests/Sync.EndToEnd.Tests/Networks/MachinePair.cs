using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Networks;

/// <summary>A host and a guest, each in a network of its own as two machines are, with one share.</summary>
internal sealed class MachinePair : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly string _directory;

    private MachinePair(string directory, TestNetwork hostNetwork, TestNetwork guestNetwork, string listen)
    {
        _directory = directory;
        (HostNetwork, GuestNetwork) = (hostNetwork, guestNetwork);
        TestTree Tree(string name) => new(Directory.CreateDirectory(Path.Combine(directory, name)).FullName);
        TestTree shared = Tree("host");
        Host = new TestHost(Path.Combine(directory, "host.data"), 7443, Pair.Share + "=" + shared.Root) { Tree = shared, Listen = [listen], Through = hostNetwork.Through };
        Guest = new TestGuest(Path.Combine(directory, "guest.data"), Tree("guest")) { Through = guestNetwork.Through };
    }

    public TestNetwork HostNetwork { get; }

    public TestNetwork GuestNetwork { get; }

    public TestHost Host { get; }

    public TestGuest Guest { get; }

    /// <summary>Two networks, not joined by anything yet; the agents take them over.</summary>
    /// <param name="lay">Lays what is between host (first) and guest, with addresses.</param>
    /// <param name="listen">Where the host listens.</param>
    public static async Task<MachinePair> CreateAsync(Func<TestNetwork, TestNetwork, Task> lay, string listen = "0.0.0.0:7443")
    {
        TestNetwork host = await TestNetwork.CreateAsync();
        TestNetwork guest = await TestNetwork.CreateAsync();
        var pair = new MachinePair(Directory.CreateTempSubdirectory("sync-net-").FullName, host, guest, listen);
        try
        {
            await lay(host, guest);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>A cable between them, addresses at both ends.</summary>
    public static async Task<MachinePair> CreateAsync(string hostAddress, string guestAddress, string listen = "0.0.0.0:7443") => await CreateAsync(
        async (host, guest) =>
        {
            await host.CableAsync("eth0", guest, "eth0");
            await host.AddAddressAsync(hostAddress);
            await guest.AddAddressAsync(guestAddress);
        },
        listen);

    /// <summary>Starts the host, joins by an invite as it is printed, starts the guest, and flushes.</summary>
    public async Task StartAsync(string settings = "{}")
    {
        Directory.CreateDirectory(Host.DataDirectory);
        await File.WriteAllTextAsync(Path.Combine(Host.DataDirectory, "settings.json"), settings, TestContext.Current.CancellationToken);
        await Host.StartAsync();
        (await Guest.JoinAsync(await Host.InviteAsync())).Expect(0);
        await Guest.StartAsync();
        await SyncAndCheckAsync();
    }

    /// <summary>Flushes until that succeeds: a link that was gone may still be thought to be there, or to be away.</summary>
    public async Task SyncAndCheckAsync()
    {
        CommandResult? last = null;
        await Eventually.HoldsAsync(
            async () => (last = await Guest.RunAsync("flush", "--timeout", "10s")).ExitCode == 0,
            () => $"a flush succeeds\n{last}\n{Host}\n{Guest}",
            Limit);
        string diff = TreeSnapshot.Diff(TreeSnapshot.Of(Host.Tree.Root), TreeSnapshot.Of(Guest.Tree.Root), "host", "guest");
        Assert.True(diff.Length == 0, $"host and guest differ:\n{diff}\n{Host}\n{Guest}");
        Assert.DoesNotContain(Host.Tree.Paths(), path => path.Contains(" (conflict ", StringComparison.Ordinal));
    }

    /// <summary>Puts a long file on the host, and waits until the guest is in the middle of it.</summary>
    public async Task BeginTransferAsync(string name)
    {
        Host.Tree.Put(name, System.Security.Cryptography.RandomNumberGenerator.GetBytes(12 << 20));
        await GuestNetwork.ReceivesAsync(2 << 20, () => $"the guest is in the middle of {name}\n{Host}\n{Guest}");
        Assert.False(Guest.Tree.Has(name), "the transfer was over before anything could happen to it");
    }

    public async ValueTask DisposeAsync()
    {
        await Guest.DisposeAsync();
        await Host.DisposeAsync();
        await GuestNetwork.DisposeAsync();
        await HostNetwork.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
