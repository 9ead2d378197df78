using System.Text.Json;
using Microsoft.Playwright;
using Sync.EndToEnd.Tests.Harness;
using Sync.Web.Tests.Parts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sync.Web.Tests;

/// <summary>What an administrator does in the browser: shares, their settings, guests' rights, webhooks, jobs, the host itself.</summary>
public sealed class AdministrationTests(Chromium chromium)
{
    [Fact]
    public async Task AShareIsAddedSetAndRemoved()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var photos = new TestTree(Directory.CreateTempSubdirectory("sync-web-photos-").FullName).Put("a.jpg", "x");
        var page = await scene.SignInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Add a share" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("photos");
        await page.GetByLabel("Directory on the host").FillAsync(photos.Root + "/nothing-here");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.GetByText("nothing-here").First).ToBeVisibleAsync();
        await page.GetByLabel("Directory on the host").FillAsync(photos.Root);
        await page.GetByLabel("Direction", new() { Exact = true }).SelectOptionAsync("to-guest");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("photos");
        await Expect(page.GetByText("1 file,")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Settings", Exact = true }).ClickAsync();
        await Expect(page.GetByLabel("Direction", new() { Exact = true })).ToHaveValueAsync("to-guest");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Ignore" }).FillAsync("*.tmp\nbuild/");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Ignore" }).BlurAsync();
        await page.GetByLabel("Halt before deleting more than").FillAsync("75");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByText("The settings of photos are saved.")).ToBeVisibleAsync();
        var policy = (await scene.Host.RunAsync("share", "show", "photos", "--json")).Expect(0).Json.GetProperty("policy");
        Assert.Equal(75, policy.GetProperty("maxDeletePercent").GetInt32());
        Assert.Equal(["*.tmp", "build/"], policy.GetProperty("ignore").EnumerateArray().Select(i => i.GetString()));

        await page.GetByRole(AriaRole.Button, new() { Name = "Share it no longer" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Share it no longer" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Shares" }).GetByRole(AriaRole.Link)).ToHaveCountAsync(1);
        Assert.Equal("work", Assert.Single((await scene.Host.RunAsync("share", "list", "--json")).Expect(0).Json.GetProperty("shares").EnumerateArray()).GetProperty("name").GetString());
        photos.Check("a.jpg", "x");
        Directory.Delete(photos.Root, recursive: true);
        scene.Check();
    }

    [Fact]
    public async Task AGuestsRightsAreChangedAndTakenBack()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var guest = await scene.AddGuestAsync("laptop");
        await guest.FlushAsync();
        var page = await scene.SignInAsync();
        await Scene.GoAsync(page, "/guests");
        await page.GetByRole(AriaRole.Link, new() { Name = "laptop" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("laptop");
        await page.GetByText("May only read").ClickAsync();
        await Expect(page.GetByText("The rights of laptop to work are saved.")).ToBeVisibleAsync();
        Assert.True((await RightAsync(scene)).GetProperty("readOnly").GetBoolean());
        await page.GetByLabel("In a conflict").SelectOptionAsync("host-wins");
        await Expect(page.GetByLabel("In a conflict")).ToHaveValueAsync("host-wins");
        await Eventually.HoldsAsync(async () => (await RightAsync(scene)).GetProperty("conflicts").GetString() == "host-wins", () => "the right is changed");

        await page.GetByRole(AriaRole.Button, new() { Name = "Take back the right to work" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Take back" }).ClickAsync();
        await Expect(page.GetByText("No guest has joined yet")).ToBeVisibleAsync();
        await guest.StateAsync("refused");
        scene.Check();
    }

    [Fact]
    public async Task WhoMayOnlyLookChangesNothing()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var guest = await scene.AddGuestAsync("laptop");
        await guest.FlushAsync();
        var page = await scene.OpenAsync();
        await page.GotoAsync("/signin");
        await page.GetByLabel("Token").FillAsync(await scene.Host.TokenAsync("read"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Add a share" })).ToHaveCountAsync(0);
        await Scene.GoAsync(page, "/add-share");
        await Expect(page.GetByLabel("Name")).ToBeDisabledAsync();
        await Scene.GoAsync(page, "/shares/work/settings");
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = new("Share it no longer") })).ToBeDisabledAsync();
        await Scene.GoAsync(page, "/guests/" + (await scene.Host.RunAsync("guest", "list", "--json")).Json.GetProperty("guests")[0].GetProperty("fingerprint").GetString());
        await Expect(page.GetByLabel("In a conflict")).ToBeDisabledAsync();
        await Scene.GoAsync(page, "/host");
        await Expect(page.GetByText("Not with this token")).ToBeVisibleAsync();
        scene.Check();
    }

    [Fact]
    public async Task AWebhookIsAddedAndRemoved()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.SignInAsync();
        await Scene.GoAsync(page, "/access");
        await page.GetByLabel("Address").FillAsync("http://127.0.0.1:9/hook");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add webhook" }).ClickAsync();
        await Expect(page.GetByText("Nobody is told of events yet")).ToBeVisibleAsync();
        await page.GetByLabel("Address").FillAsync("https://hooks.example.org/x");
        await page.GetByLabel("Events").FillAsync("job halt");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add webhook" }).ClickAsync();
        await Expect(page.GetByText("The secret that signs each delivery.")).ToBeVisibleAsync();
        var hook = Assert.Single((await scene.Host.RunAsync("webhook", "list", "--json")).Expect(0).Json.GetProperty("webhooks").EnumerateArray());
        Assert.Equal(["job", "halt"], hook.GetProperty("events").EnumerateArray().Select(e => e.GetString()));
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the webhook https://hooks.example.org/x" }).ClickAsync();
        await Expect(page.GetByText("Nobody is told of events yet")).ToBeVisibleAsync();
        scene.Check();
    }

    [Fact]
    public async Task AJobIsStartedFollowedAndCancelled()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var guest = await scene.AddGuestAsync("laptop");
        await guest.FlushAsync();
        await guest.StopAsync();
        var page = await scene.SignInAsync();
        await Scene.GoAsync(page, "/jobs");
        // It waits for a guest that is away.
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the job on work" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Jobs" })).ToContainTextAsync("Cancelled");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel the job on work" })).ToHaveCountAsync(0);
        await guest.StartAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Jobs" })).ToContainTextAsync("Done");
        scene.Check();
    }

    [Fact]
    public async Task TheHostIsExamined()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.SignInAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Host", Exact = true }).ClickAsync();
        await Expect(page.GetByText("logLevel")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Audit log" })).ToContainTextAsync("dashboard.sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Examine" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Findings" })).ToContainTextAsync("filesystem: work", new() { Timeout = 3 * Scene.Patience });
        scene.Check();
    }

    private static async Task<JsonElement> RightAsync(Scene scene) =>
        (await scene.Host.RunAsync("guest", "list", "--json")).Expect(0).Json.GetProperty("guests")[0].GetProperty("rights")[0];
}
