using Microsoft.Playwright;
using Sync.EndToEnd.Tests.Harness;
using Sync.Web.Tests.Parts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sync.Web.Tests;

/// <summary>Guests: invited, seen, and sent away.</summary>
public sealed class GuestTests(Chromium chromium)
{
    [Fact]
    public async Task AGuestIsRevoked()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var guest = await scene.AddGuestAsync("old-vm");
        await guest.FlushAsync();
        var page = await scene.SignInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Guests", Exact = true }).ClickAsync();
        await Expect(page.GetByText("round trip")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke old-vm" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke", Exact = true }).ClickAsync();
        await Expect(page.GetByText("No guest has joined yet")).ToBeVisibleAsync();
        await guest.StateAsync("refused");
        scene.Check();
    }

    [Fact]
    public async Task AnInviteMadeInTheBrowserLetsAGuestIn()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.SignInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Invites", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "The invite as a QR code" })).ToBeVisibleAsync();
        var token = await page.Locator("code.secret").TextContentAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Open invites" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);

        var guest = await scene.AddGuestAsync("invited", token: token);
        await guest.FlushAsync();
        await Expect(page.GetByText("No invite is open")).ToBeVisibleAsync();
        scene.Check();
    }

    [Fact]
    public async Task AGuestThatHasCaughtUpIsNoLongerBehind()
    {
        await using var scene = await Scene.StartAsync(chromium);
        // Long enough under way for the guest to tell of it.
        for (var i = 0; i < 6; i++)
            scene.Tree.Put($"clip{i}.bin", TestBytes(20_000_000, i));
        var page = await scene.SignInAsync();
        var guest = await scene.AddGuestAsync("laptop");
        await guest.FlushAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new("work") })).ToContainTextAsync("1 of 1 guest connected", new() { Timeout = Scene.Patience });
        await Expect(page.GetByText("Nothing is on its way.")).ToBeVisibleAsync();
        scene.Check();
    }

    private static byte[] TestBytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
