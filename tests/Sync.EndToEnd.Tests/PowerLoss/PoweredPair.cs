using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>A host with one share and a guest that has joined it, each on a disk of its own that can lose power.</summary>
internal sealed class PoweredPair : IAsyncDisposable
{
    private readonly DiskShelf _shelf;
    private readonly List<IAsyncDisposable> _parts = [];
    private TestHost _host = null!;
    private TestGuest _guest = null!;

    private PoweredPair(DiskShelf shelf) => _shelf = shelf;

    public Machine Host { get; private set; } = null!;

    public Machine Guest { get; private set; } = null!;

    /// <summary>Starts both on empty disks; skips the test where that is not possible.</summary>
    public static async Task<PoweredPair> StartAsync(string fileSystem)
    {
        PoweredPair pair = await JoinAsync(fileSystem, _ => { });
        try
        {
            await pair.Guest.BootAsync();
            await pair._guest.FlushAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync"/>, with something in the host's tree; the guest has joined, and its machine was not booted yet.</summary>
    public static async Task<PoweredPair> JoinAsync(string fileSystem, Action<TestTree> before)
    {
        var pair = new PoweredPair(await DiskShelf.OpenAsync());
        try
        {
            Disk disk = await pair.MakeDiskAsync(fileSystem, "host");
            var tree = new TestTree(Directory.CreateDirectory(Path.Combine(disk.Directory, "tree")).FullName);
            before(tree);
            pair._host = new TestHost(Path.Combine(disk.Directory, "data"), FreePort.Take(), Pair.Share + "=" + tree.Root) { Tree = tree };
            pair._parts.Add(pair.Host = new Machine(pair._host, tree, disk));
            await pair.Host.BootAsync();
            // No old version is to be in the way of a new one in a long run.
            (await pair._host.RunAsync("share", "set", Pair.Share, "--version-percent", "90")).Expect(0);

            disk = await pair.MakeDiskAsync(fileSystem, "guest");
            tree = new TestTree(Directory.CreateDirectory(Path.Combine(disk.Directory, "tree")).FullName);
            pair._guest = new TestGuest(Path.Combine(disk.Directory, "data"), tree);
            pair._parts.Add(pair.Guest = new Machine(pair._guest, tree, disk));
            (await pair._guest.JoinAsync(await pair._host.InviteAsync())).Expect(0);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asserts that both trees are the same.</summary>
    public void Check()
    {
        string diff = TreeSnapshot.Diff(TreeSnapshot.Of(Host.Tree.Root), TreeSnapshot.Of(Guest.Tree.Root), "host", "guest");
        Assert.True(diff.Length == 0, $"host and guest differ:\n{diff}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
        await _shelf.DisposeAsync();
    }

    private async Task<Disk> MakeDiskAsync(string fileSystem, string name)
    {
        Disk disk = await Disk.MakeAsync(_shelf, fileSystem, name);
        _parts.Add(disk);
        return disk;
    }
}
