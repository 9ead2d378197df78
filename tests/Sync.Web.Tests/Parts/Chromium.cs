using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Sync.Web.Tests.Parts.Chromium))]

namespace Sync.Web.Tests.Parts;

/// <summary>One headless Chromium for all tests: Debian's own. Tests are skipped where there is none.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _driver;
    private IBrowser? _browser;
    private string _missing = "";

    /// <summary>The browser; a test that asks for it where there is none is skipped.</summary>
    public IBrowser Browser
    {
        get
        {
            Assert.SkipWhen(_browser is null, _missing);
            return _browser!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        var program = Places.FirstOrDefault(File.Exists);
        if (program is null)
        {
            _missing = "no Chromium here: install Debian's package chromium";
            return;
        }

        try
        {
            // Of all that is expected of a page: the machine may have other work.
            Assertions.SetDefaultExpectTimeout(Scene.Patience);
            _driver = await Playwright.CreateAsync();
            _browser = await _driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = Arguments });
        }
        catch (PlaywrightException e)
        {
            _missing = $"{program} does not start here: {e.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _driver?.Dispose();
    }
}
