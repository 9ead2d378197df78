using Microsoft.Playwright;
using Sync.EndToEnd.Tests.Harness;
using Sync.Web.Tests.Parts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sync.Web.Tests;

/// <summary>Conflicts are seen, compared and ended in the browser.</summary>
public sealed class ConflictTests(Chromium chromium)
{
    [Theory]
    [InlineData("Keep the host's", "one\nhost\nthree\n")]
    [InlineData("Keep laptop's", "one\nlaptop\nthree\n")]
    public async Task AConflictIsComparedAndResolved(string button, string kept)
    {
        await using var scene = await Scene.StartAsync(chromium);
        var guest = await ConflictAsync(scene);
        var page = await scene.SignInAsync();

        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^Conflicts") }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("notes.txt") }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("notes.txt");
        var table = page.GetByRole(AriaRole.Table, new() { Name = "Differences" });
        await Expect(table.Locator("mark").Filter(new() { HasText = "host" }).First).ToBeVisibleAsync();
        await Expect(table.Locator("mark").Filter(new() { HasText = "laptop" }).First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await Expect(page.GetByText("No conflicts")).ToBeVisibleAsync();
        scene.Tree.Check("notes.txt", kept);
        Assert.Empty(scene.Tree.ConflictCopies("notes.txt"));
        await guest.FlushAsync();
        guest.Tree.Check("notes.txt", kept);
        scene.Check();
    }

    [Fact]
    public async Task ALookerMayNotDecide()
    {
        await using var scene = await Scene.StartAsync(chromium);
        await ConflictAsync(scene);
        var token = await scene.Host.TokenAsync("read");
        var page = await scene.OpenAsync();
        await page.GotoAsync("/signin");
        await page.GetByLabel("Token").FillAsync(token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await Scene.GoAsync(page, "/conflicts");
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("notes.txt") }).ClickAsync();
        var button = page.GetByRole(AriaRole.Button, new() { NameRegex = new("Keep both") });
        await Expect(button).ToBeDisabledAsync();
        await Expect(button).ToHaveAccessibleNameAsync("Keep both. This needs a token with the scope sync; yours has read.");
        scene.Check();
    }

    private static async Task<TestGuest> ConflictAsync(Scene scene)
    {
        scene.Tree.Put("notes.txt", "one\ntwo\nthree\n");
        var guest = await scene.AddGuestAsync("laptop");
        await guest.FlushAsync();
        await guest.StopAsync();
        scene.Tree.Put("notes.txt", "one\nhost\nthree\n");
        guest.Tree.Put("notes.txt", "one\nlaptop\nthree\n");
        await guest.StartAsync();
        await guest.FlushAsync();
        return guest;
    }
}
