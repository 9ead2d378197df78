using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Sync.EndToEnd.Tests.Harness;
using Sync.Web.Tests.Parts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sync.Web.Tests;

/// <summary>What holds of every page: for screen readers, on a telephone, with names that somebody chose to do harm.</summary>
public sealed class PageTests(Chromium chromium)
{
    private static readonly string[] Paths =
        ["/", "/guests", "/conflicts", "/versions", "/jobs", "/invites", "/access", "/log", "/shares/work", "/shares/work/settings", "/add-share", "/host", "/nothing-here"];

    private const string Evil = "<img src=x onerror=alert(1)>&\"'";

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task EveryPageIsAccessible(ColorScheme colors)
    {
        await using var scene = await FullAsync();
        var page = await scene.SignInAsync(colors: colors);
        var faults = new List<string>();
        foreach (var path in (string[])[.. Paths, await ConflictPathAsync(page)])
        {
            await Scene.GoAsync(page, path);
            var result = await page.RunAxe();
            faults.AddRange(result.Violations.Select(v => $"{path}: {v.Id} ({v.Impact}): {v.Help}\n  {string.Join("\n  ", v.Nodes.Take(4).Select(n => n.Html))}"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        scene.Check();
    }

    [Fact]
    public async Task TheSignInPageIsAccessible()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.OpenAsync(400, 800);
        await page.GotoAsync("/signin");
        var result = await page.RunAxe();
        Assert.True(result.Violations.Length == 0, string.Join('\n', result.Violations.Select(v => v.Id + ": " + v.Help)));
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 400);
    }

    [Fact]
    public async Task NothingIsWiderThanATelephone()
    {
        await using var scene = await FullAsync();
        var page = await scene.SignInAsync(400, 800);
        foreach (var path in (string[])[.. Paths, await ConflictPathAsync(page)])
        {
            await Scene.GoAsync(page, path);
            var width = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
            Assert.True(width <= 400, $"{path} is {width} px wide");
        }

        // The menu opens, and closes behind who chose.
        await page.Locator("summary").First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Log", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Log");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Log", Exact = true })).ToBeHiddenAsync();
        scene.Check();
    }

    [Fact]
    public async Task NamesAreText()
    {
        await using var scene = await FullAsync();
        var page = await scene.SignInAsync();
        page.Dialog += (_, dialog) => Assert.Fail("a script ran: " + dialog.Message);
        await Scene.GoAsync(page, "/conflicts");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Conflicts" })).ToContainTextAsync(Evil + ".txt");
        await Scene.GoAsync(page, await ConflictPathAsync(page));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(Evil + ".txt");
        await Expect(page.GetByRole(AriaRole.Table)).ToContainTextAsync("<script>alert(2)</script>");
        await Scene.GoAsync(page, "/log");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Events" })).ToContainTextAsync(Evil);
        Assert.Equal(0, await page.Locator("img[src=x], main script").CountAsync());
        scene.Check();
    }

    [Fact]
    public async Task TheKeyboardReachesEverything()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.SignInAsync();
        await Scene.GoAsync(page, "/");
        // From the top of the page on.
        await page.EvaluateAsync("() => { document.body.tabIndex = -1; document.body.focus(); }");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Skip to the content" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#main")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Add a share" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new("^work") })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("work");
        // Who cannot see where a link led is told by the focus.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeFocusedAsync();
        scene.Check();
    }

    [Fact]
    public async Task ColoursFollowTheSystemOrTheChoice()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.SignInAsync(colors: ColorScheme.Dark);
        const string Background = "() => getComputedStyle(document.body).backgroundColor";
        Assert.Equal("rgb(16, 20, 26)", await page.EvaluateAsync<string>(Background));
        await page.GetByRole(AriaRole.Button, new() { Name = "Light colours" }).ClickAsync();
        Assert.Equal("rgb(245, 246, 248)", await page.EvaluateAsync<string>(Background));
        await Scene.GoAsync(page, "/guests");
        Assert.Equal("rgb(245, 246, 248)", await page.EvaluateAsync<string>(Background));
        scene.Check();
    }

    private static async Task<string> ConflictPathAsync(IPage page)
    {
        await Scene.GoAsync(page, "/conflicts");
        return "/" + await page.GetByRole(AriaRole.List, new() { Name = "Conflicts" }).GetByRole(AriaRole.Link).First.GetAttributeAsync("href");
    }

    /// <summary>Something on every page: two shares, a guest with a bad name, a conflict, a version, a job, a webhook.</summary>
    private async Task<Scene> FullAsync()
    {
        var scene = await Scene.StartAsync(chromium, "work", "photos");
        scene.Tree.Put(Evil + ".txt", "one\n").Put("a-rather-long-name-for-a-file-that-somebody-may-have-chosen-without-thinking-of-telephones.txt", "x");
        var guest = await scene.AddGuestAsync("laptop");
        await guest.FlushAsync();
        guest.Tree.Delete("a-rather-long-name-for-a-file-that-somebody-may-have-chosen-without-thinking-of-telephones.txt");
        await guest.FlushAsync();
        await guest.StopAsync();
        scene.Tree.Put(Evil + ".txt", "<script>alert(2)</script>\n");
        guest.Tree.Put(Evil + ".txt", "two\n");
        await guest.StartAsync();
        await guest.FlushAsync();
        (await scene.Host.RunAsync("job", "start", "work")).Expect(0);
        (await scene.Host.RunAsync("webhook", "add", "https://hooks.example.org/a/rather/long/address/that/has/to/be/cut/somewhere")).Expect(0);
        return scene;
    }
}
