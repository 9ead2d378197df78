using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Playwright;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.Web.Tests.Parts;

/// <summary>
/// A host with shares, guests that joined them, and a browser that looks at its dashboard. What the browser finds wrong with a page (an error in a
/// script, something the content security policy forbids, an answer with an error) fails the test at its end.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    /// <summary>How long a page may take to show what is waited for, ms.</summary>
    public const float Patience = 60_000;

    private readonly string _directory;
    private readonly List<TestGuest> _guests = [];
    private readonly List<IBrowserContext> _contexts = [];
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly Chromium _chromium;

    private Scene(string directory, Chromium chromium, IReadOnlyList<string> shares)
    {
        _directory = directory;
        _chromium = chromium;
        Trees = shares.ToDictionary(s => s, s => new TestTree(Directory.CreateDirectory(Path.Combine(directory, "host", Guid.NewGuid().ToString("N")[..8])).FullName), StringComparer.Ordinal);
        Host = new WatchedHost(Path.Combine(directory, "host.data"), [.. shares.Select(s => s + "=" + Trees[s].Root)]);
    }

    public WatchedHost Host { get; }

    /// <summary>The host's directories, by share.</summary>
    public IReadOnlyDictionary<string, TestTree> Trees { get; }

    /// <summary>The first share's.</summary>
    public TestTree Tree => Trees.Values.First();

    public IReadOnlyList<TestGuest> Guests => _guests;

    /// <summary>Starts a host; skips the test where there is no browser.</summary>
    public static async Task<Scene> StartAsync(Chromium chromium, params IReadOnlyList<string> shares)
    {
        _ = chromium.Browser;
        var scene = new Scene(Directory.CreateTempSubdirectory("sync-web-").FullName, chromium, shares.Count > 0 ? shares : ["work"]);
        try
        {
            await scene.Host.StartAsync();
            return scene;
        }
        catch
        {
            await scene.DisposeAsync();
            throw;
        }
    }

    /// <summary>Joins and starts a guest; with an invite, if none is given.</summary>
    public async Task<TestGuest> AddGuestAsync(string name, string? share = null, string? token = null)
    {
        var data = Path.Combine(_directory, "guest" + _guests.Count.ToString(CultureInfo.InvariantCulture));
        var guest = new TestGuest(data, new TestTree(Directory.CreateDirectory(data + ".files").FullName));
        _guests.Add(guest);
        (await guest.JoinAsync(token ?? await Host.InviteAsync(share ?? Trees.Keys.First()), "--name", name)).Expect(0);
        await guest.StartAsync();
        return guest;
    }

    /// <summary>A browser window that knows nobody.</summary>
    public async Task<IPage> OpenAsync(int width = 1280, int height = 900, ColorScheme colors = ColorScheme.Light)
    {
        var context = await _chromium.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Host.Address.ToString(),
            IgnoreHTTPSErrors = true,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = colors,
        });
        context.SetDefaultTimeout(Patience);
        _contexts.Add(context);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => _faults.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error")
                _faults.Enqueue(message.Text + " at " + message.Location);
        };
        return page;
    }

    /// <summary>A browser window in which the local user has signed in.</summary>
    public async Task<IPage> SignInAsync(int width = 1280, int height = 900, ColorScheme colors = ColorScheme.Light)
    {
        var page = await OpenAsync(width, height, colors);
        await page.GotoAsync(await Host.SignInLinkAsync());
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await LiveAsync(page);
        return page;
    }

    /// <summary>Goes to a page, and waits until it is live.</summary>
    public static async Task GoAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await LiveAsync(page);
    }

    /// <summary>Forgets what the browser found wrong: the test did it on purpose.</summary>
    public void Excuse() => _faults.Clear();

    /// <summary>Asserts that the browser found nothing wrong.</summary>
    public void Check() => Assert.True(_faults.IsEmpty, string.Join('\n', _faults) + "\n" + Host);

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts)
            await context.CloseAsync();
        foreach (var guest in _guests)
            await guest.DisposeAsync();
        await Host.DisposeAsync();
        try
        {
            Directory.Delete(_directory, recursive: true);
        }
        catch (IOException e)
        {
            // Something that was ending still wrote; the temporary directory is the system's to clean.
            TestContext.Current.SendDiagnosticMessage("{0} stays: {1}", _directory, e.Message);
        }
    }

    // The script says so when the page's circuit has begun.
    private static Task LiveAsync(IPage page) => page.WaitForFunctionAsync("() => document.documentElement.dataset.live === 'yes'");
}
