using Microsoft.Playwright;
using Sync.Web.Tests.Parts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sync.Web.Tests;

/// <summary>Who gets in, how, and what is told to who does not.</summary>
public sealed class SignInTests(Chromium chromium)
{
    [Fact]
    public async Task TheLocalUserSignsInByLinkOnce()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var link = await scene.Host.SignInLinkAsync();
        var page = await scene.OpenAsync();
        await page.GotoAsync(link);
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("in sync", new() { Timeout = Scene.Patience });

        var cookies = (await page.Context.CookiesAsync()).Where(c => !c.Name.Contains("form", StringComparison.Ordinal)).ToList();
        var session = Assert.Single(cookies);
        Assert.StartsWith("__Host-", session.Name, StringComparison.Ordinal);
        Assert.True(session.HttpOnly && session.Secure && session.SameSite is SameSiteAttribute.Strict);
        scene.Check();

        var second = await scene.OpenAsync();
        var refused = await second.GotoAsync(link);
        Assert.Equal(401, refused!.Status);
        await Expect(second.GetByRole(AriaRole.Alert)).ToContainTextAsync("used");
        Assert.DoesNotContain(await second.Context.CookiesAsync(), c => c.Name == session.Name);
    }

    [Fact]
    public async Task ATokenSignsInAndOut()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var token = await scene.Host.TokenAsync("read", "--name", "onlooker");
        var page = await scene.OpenAsync();
        await page.GotoAsync("/?from=elsewhere");
        await page.GetByLabel("Token").FillAsync(token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync("**/?from=elsewhere");
        await Expect(page.GetByText("onlooker")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/signin");
        await page.GotoAsync("/");
        Assert.Equal("/signin", new Uri(page.Url).AbsolutePath);
        scene.Check();
        // A token of somebody's own stays good: it is not this session's.
        Assert.Contains("onlooker", (await scene.Host.RunAsync("token", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABadTokenIsRefusedAndGuessingIsSlowedDown()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.OpenAsync();
        await page.GotoAsync("/signin");
        await page.GetByLabel("Token").FillAsync("<b>nonsense</b>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not known");

        // The host counts failures, also those that come through the dashboard. A click while an answer is awaited is none.
        for (var i = 0; i < 300 && await page.GetByText("Too many").CountAsync() == 0; i++)
        {
            await page.GetByLabel("Token").FillAsync("guess" + i);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        }

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Too many");
    }

    [Fact]
    public async Task ARevokedTokenEndsTheSessionAtOnce()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.SignInAsync();
        var list = (await scene.Host.RunAsync("token", "list", "--json")).Expect(0).Json;
        var name = list.GetProperty("tokens")[0].GetProperty("name").GetString()!;
        (await scene.Host.RunAsync("token", "revoke", name)).Expect(0);
        // The next thing that is asked of the host.
        await page.ReloadAsync();
        await page.WaitForURLAsync("**/signin*");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("signed out");
    }

    [Fact]
    public async Task StrangersGetNoPagesNoCircuitsAndStrictHeaders()
    {
        await using var scene = await Scene.StartAsync(chromium);
        var page = await scene.OpenAsync();
        var answer = await page.Context.APIRequest.GetAsync("/", new() { MaxRedirects = 0 });
        Assert.Equal(302, answer.Status);
        var headers = answer.Headers;
        Assert.Contains("default-src 'none'", headers["content-security-policy"], StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", headers["content-security-policy"], StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", headers["content-security-policy"], StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", headers["content-security-policy"], StringComparison.Ordinal);
        Assert.Equal("DENY", headers["x-frame-options"]);
        Assert.Equal("nosniff", headers["x-content-type-options"]);
        Assert.Equal("no-referrer", headers["referrer-policy"]);
        var circuit = await page.Context.APIRequest.PostAsync("/_blazor/negotiate?negotiateVersion=1", new() { MaxRedirects = 0 });
        Assert.NotEqual(200, circuit.Status);
        var signOut = await page.Context.APIRequest.PostAsync("/signout", new() { MaxRedirects = 0 });
        Assert.Equal(302, signOut.Status);
        var forged = await page.Context.APIRequest.PostAsync("/signin", new() { MaxRedirects = 0, Form = page.Context.APIRequest.CreateFormData().Set("token", "x") });
        Assert.Equal(400, forged.Status);
    }
}
