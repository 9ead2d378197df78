using Microsoft.Playwright;
using Sync.Web.Tests.Parts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sync.Web.Tests;

/// <summary>The first page: how everything stands, live.</summary>
public sealed class OverviewTests(Chromium chromium)
{
    [Fact]
    public async Task ALiveChangeIsSeenWithoutReload()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.SignInAsync();
        var row = page.GetByRole(AriaRole.Link, new() { NameRegex = new("work") });
        await Expect(row).ToContainTextAsync("0 files", new() { Timeout = Scene.Patience });
        await Expect(row).ToContainTextAsync("No guests yet");

        scene.Tree.Put("one.txt", "1").Put("two.txt", "2");
        await Expect(row).ToContainTextAsync("2 files", new() { Timeout = Scene.Patience });

        var guest = await scene.AddGuestAsync("build-vm");
        await Expect(row).ToContainTextAsync("1 of 1 guest connected", new() { Timeout = Scene.Patience });
        await Expect(page.GetByText("build-vm connected to work")).ToBeVisibleAsync();
        await guest.FlushAsync();
        guest.Tree.Check("two.txt", "2");
        await guest.StopAsync();
        await Expect(row).ToContainTextAsync("1 guest is away", new() { Timeout = Scene.Patience });
        scene.Check();
    }

    [Fact]
    public async Task AHaltSaysWhyInWords()
    {
        await using var scene = await Scene.StartAsync(chromium, "work", "photos");
        scene.Trees["photos"].Put("a.txt", "a");
        var guest = await scene.AddGuestAsync("laptop", "photos");
        await guest.FlushAsync();
        var page = await scene.SignInAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Everything is in sync", new() { Timeout = Scene.Patience });

        Directory.Move(scene.Trees["photos"].Root, scene.Trees["photos"].Root + ".gone");
        var row = page.GetByRole(AriaRole.Link, new() { NameRegex = new("photos") });
        await Expect(row).ToContainTextAsync("Halted", new() { Timeout = Scene.Patience });
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("photos needs you");
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Recent events" })).ToContainTextAsync("photos was halted");
        scene.Check();
    }
}
