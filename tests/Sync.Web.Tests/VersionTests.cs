using Microsoft.Playwright;
using Sync.Web.Tests.Parts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sync.Web.Tests;

/// <summary>What sync displaced is seen and brought back in the browser.</summary>
public sealed class VersionTests(Chromium chromium)
{
    [Fact]
    public async Task AVersionIsLookedAtAndRestored()
    {
        await using var scene = await Scene.StartAsync(chromium);
        scene.Tree.Put("report.md", "the first draft\n");
        var guest = await scene.AddGuestAsync("laptop");
        await guest.FlushAsync();
        guest.Tree.Put("report.md", "overwritten by mistake\n");
        await guest.FlushAsync();
        scene.Tree.Check("report.md", "overwritten by mistake\n");

        var page = await scene.SignInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Versions", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview report.md" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.Locator("pre")).ToHaveTextAsync("the first draft\n");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Beside what is there now" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Table)).ToContainTextAsync("overwritten by mistake");
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "Restore report.md" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Restore", Exact = true }).ClickAsync();
        await Expect(page.GetByText("report.md is restored.")).ToBeVisibleAsync();
        scene.Tree.Check("report.md", "the first draft\n");
        await guest.FlushAsync();
        guest.Tree.Check("report.md", "the first draft\n");
        scene.Check();
    }
}
