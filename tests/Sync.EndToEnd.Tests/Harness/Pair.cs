using System.Globalization;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A host with one share and guests that have joined it, all real processes, in a temporary directory. Scenarios read:
/// put here, put there, <see cref="SyncAsync"/>, <see cref="Check"/>.</summary>
internal sealed class Pair : IAsyncDisposable
{
    /// <summary>The share's name.</summary>
    public const string Share = "work";

    private readonly string _directory;
    private readonly List<TestGuest> _guests = [];
    private bool _unprivileged;

    private Pair(string directory)
    {
        _directory = directory;
        string root = Make("host");
        Host = new TestHost(Path.Combine(directory, "host.data"), FreePort.Take(), Share + "=" + root) { Tree = new TestTree(root) };
    }

    public TestHost Host { get; }

    public TestGuest Guest => _guests[0];

    public IReadOnlyList<TestGuest> Guests => _guests;

    /// <summary>Starts a host and guests on empty directories, or on what <paramref name="before"/> puts there.</summary>
    /// <param name="guests">How many join and run.</param>
    /// <param name="before">Called before anything starts, with the host's tree.</param>
    /// <param name="policy">Options for `share set`.</param>
    public static async Task<Pair> StartAsync(int guests = 1, Action<TestTree>? before = null, params string[] policy)
    {
        var pair = new Pair(Directory.CreateTempSubdirectory("sync-e2e-").FullName);
        try
        {
            before?.Invoke(pair.Host.Tree);
            await pair.Host.StartAsync();
            if (policy.Length > 0)
                (await pair.Host.RunAsync(["share", "set", Share, .. policy])).Expect(0);
            for (int i = 0; i < guests; i++)
                await pair.AddGuestAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync"/>, with the host's API on a free port.</summary>
    public static async Task<Pair> StartWithApiAsync(int guests = 1, Action<TestTree>? before = null)
    {
        var pair = new Pair(Directory.CreateTempSubdirectory("sync-e2e-").FullName);
        try
        {
            before?.Invoke(pair.Host.Tree);
            pair.Host.HasApi = true;
            await pair.Host.StartAsync();
            for (int i = 0; i < guests; i++)
                await pair.AddGuestAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="StartAsync"/>, but all agents and commands run as a user that permissions bind; skips the test where that is not possible.
    /// Edits go through <see cref="Unprivileged.ShellAsync"/>: what the tests themselves make belongs to root.</summary>
    public static async Task<Pair> StartUnprivilegedAsync(int guests = 1, Action<TestTree>? before = null)
    {
        await Unprivileged.SkipUnlessPossibleAsync();
        var pair = new Pair(Directory.CreateTempSubdirectory("sync-e2e-").FullName) { _unprivileged = true };
        try
        {
            before?.Invoke(pair.Host.Tree);
            await Unprivileged.GiveAsync(pair._directory);
            pair.Host.Through = Unprivileged.Through;
            await pair.Host.StartAsync();
            for (int i = 0; i < guests; i++)
                await pair.AddGuestAsync();
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>A path in the pair's temporary directory.</summary>
    public string Temporary(string name) => Path.Combine(_directory, name);

    /// <summary>A guest that has neither joined nor started; not among <see cref="Guests"/>, but ended with them.</summary>
    public TestGuest NewGuest(Action<TestTree>? before = null)
    {
        string name = "guest" + (_guests.Count + 1).ToString(CultureInfo.InvariantCulture);
        var guest = new TestGuest(Path.Combine(_directory, name + ".data"), new TestTree(Make(name)));
        _guests.Add(guest);
        before?.Invoke(guest.Tree);
        return guest;
    }

    /// <summary>Invites, joins and starts one more guest.</summary>
    public async Task<TestGuest> AddGuestAsync(Action<TestTree>? before = null, params string[] joinOptions)
    {
        TestGuest guest = NewGuest(before);
        if (_unprivileged)
        {
            await Unprivileged.GiveAsync(guest.Tree.Root);
            guest.Through = Unprivileged.Through;
        }

        (await guest.JoinAsync(await Host.InviteAsync(), joinOptions)).Expect(0);
        await guest.StartAsync();
        return guest;
    }

    /// <summary>Brings everything everywhere: what each guest has to the host, then what the host has to all.</summary>
    public async Task SyncAsync()
    {
        TestGuest[] running = [.. _guests.Where(guest => guest.IsRunning)];
        await Task.WhenAll(running.Select(guest => guest.FlushAsync()));
        if (running.Length > 1)
            await Task.WhenAll(running.Select(guest => guest.FlushAsync()));
    }

    /// <summary>Asserts that every running replica's tree is the same.</summary>
    public Pair Check()
    {
        TreeSnapshot host = TreeSnapshot.Of(Host.Tree.Root);
        foreach (TestGuest guest in _guests.Where(guest => guest.IsRunning))
        {
            string name = Path.GetFileName(guest.Tree.Root);
            string diff = TreeSnapshot.Diff(host, TreeSnapshot.Of(guest.Tree.Root), "host", name);
            if (diff.Length > 0)
                Assert.Fail($"host and {name} differ:\n{diff}\n{Host}\n{guest}");
        }

        return this;
    }

    /// <summary><see cref="SyncAsync"/>, then <see cref="Check()"/>.</summary>
    public async Task SyncAndCheckAsync()
    {
        await SyncAsync();
        Check();
    }

    /// <summary>Asserts a file's content (null: that there is none) on every running replica.</summary>
    public Pair Check(string path, string? content)
    {
        foreach (TestTree tree in (TestTree[])[Host.Tree, .. _guests.Where(guest => guest.IsRunning).Select(guest => guest.Tree)])
            tree.Check(path, content);
        return this;
    }

    /// <summary>Stops all guests, calls the edits, starts them again: both sides edited without knowing of each other.</summary>
    public Task WhileApartAsync(Action edits) => WhileApartAsync(() =>
    {
        edits();
        return Task.CompletedTask;
    });

    /// <inheritdoc cref="WhileApartAsync(Action)"/>
    public async Task WhileApartAsync(Func<Task> edits)
    {
        TestGuest[] running = [.. _guests.Where(guest => guest.IsRunning)];
        await Task.WhenAll(running.Select(guest => guest.StopAsync()));
        await edits();
        await Task.WhenAll(running.Select(guest => guest.StartAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestGuest guest in _guests)
            await guest.DisposeAsync();
        await Host.DisposeAsync();
        // Directories without write permission and names that are no text stay: the temporary directory is the system's to clean.
        try
        {
            Directory.Delete(_directory, recursive: true);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            TestContext.Current.SendDiagnosticMessage("{0} stays: {1}", _directory, e.Message);
        }
    }

    private string Make(string name) => Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
}
