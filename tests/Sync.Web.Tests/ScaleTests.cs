using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Sync.Web.Tests.Parts;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Sync.Web.Tests;

/// <summary>Many shares, many guests, many viewers.</summary>
public sealed class ScaleTests(Chromium chromium)
{
    private const int Shares = 100;
    private const int Guests = 1000;

    [Fact]
    public async Task AHundredSharesAndAThousandGuestsCanBeUsed()
    {
        await using var scene = await Scene.StartAsync(chromium, [.. Enumerable.Range(0, Shares).Select(n => Name("share", n))]);
        await scene.Host.StopAsync();
        await PairAsync(scene.Host.DataDirectory);
        await scene.Host.StartAsync();

        var page = await scene.SignInAsync();
        var shares = page.GetByRole(AriaRole.List, new() { Name = "Shares" });
        await Expect(page.GetByText("100 shares on")).ToBeVisibleAsync(new() { Timeout = 3 * Scene.Patience });
        await Expect(shares.GetByRole(AriaRole.Link, new() { NameRegex = new("share-000") })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Find a share" }).FillAsync("share-077");
        await Expect(shares.GetByRole(AriaRole.Link)).ToHaveCountAsync(1);
        await Expect(shares.GetByRole(AriaRole.Link)).ToContainTextAsync("share-077");

        await Scene.GoAsync(page, "/guests");
        await Expect(page.GetByText("0 of 1,000 connected")).ToBeVisibleAsync();
        var guests = page.GetByRole(AriaRole.List, new() { Name = "Guests" });
        await Expect(guests.GetByText("guest-0000")).ToBeVisibleAsync();
        Assert.InRange(await guests.GetByRole(AriaRole.Button).CountAsync(), 5, 60);
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Find a guest" }).FillAsync("guest-0777");
        await Expect(guests.GetByRole(AriaRole.Button)).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke guest-0777" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke", Exact = true }).ClickAsync();
        await Expect(page.GetByText("0 of 999 connected")).ToBeVisibleAsync();
        scene.Check();
    }

    [Fact]
    public async Task TenViewersTakeLittleMemory()
    {
        await using var scene = await Scene.StartAsync(chromium);
        string[] paths = ["/", "/guests", "/", "/log", "/", "/versions", "/", "/jobs", "/", "/conflicts"];
        for (var i = 0; i < 40; i++)
            scene.Tree.Put($"file{i}.txt", "x");
        var pages = new List<IPage>();
        foreach (var path in paths)
        {
            var page = await scene.SignInAsync();
            await Scene.GoAsync(page, path);
            pages.Add(page);
        }

        // Each sees what has changed since.
        scene.Tree.Put("one-more.txt", "x");
        foreach (var page in pages.Where((_, n) => paths[n] == "/"))
            await Expect(page.GetByRole(AriaRole.Link, new() { NameRegex = new("^work") })).ToContainTextAsync("41 files");
        var own = OwnMemory(WebServer(scene.Host));
        TestContext.Current.SendDiagnosticMessage("ten viewers: {0} MB", own >> 20);
        // What is its own: heap and code, without the runtime's files, which all programs share.
        Assert.InRange(own, 0, 100L << 20);
        scene.Check();
    }

    private static string Name(string what, int number) => string.Create(CultureInfo.InvariantCulture, $"{what}-{number:000}");

    /// <summary>As if so many guests had joined: written to the configuration of a host that does not run.</summary>
    private static async Task PairAsync(string dataDirectory)
    {
        var file = Path.Combine(dataDirectory, "config.json");
        var config = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        var guests = new JsonArray();
        for (var n = 0; n < Guests; n++)
        {
            guests.Add(new JsonObject
            {
                ["fingerprint"] = n.ToString("x64", CultureInfo.InvariantCulture),
                ["name"] = string.Create(CultureInfo.InvariantCulture, $"guest-{n:0000}"),
                ["pairedAt"] = "2026-11-20T10:00:00+00:00",
                ["rights"] = new JsonArray(new JsonObject { ["share"] = Name("share", n % Shares), ["readOnly"] = false }),
            });
        }

        config["guests"] = guests;
        await File.WriteAllTextAsync(file, config.ToJsonString());
    }

    private static int WebServer(WatchedHost host)
    {
        var parent = File.ReadAllText(Path.Combine(host.DataDirectory, "agent.pid")).Trim();
        foreach (var process in Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, CultureInfo.InvariantCulture, out _)))
        {
            if (Fields(process!).GetValueOrDefault("PPid") == parent && Fields(process!).GetValueOrDefault("Name") == "sync-web")
                return int.Parse(process!, CultureInfo.InvariantCulture);
        }

        throw new InvalidOperationException("no web server runs");
    }

    private static long OwnMemory(int process)
    {
        var fields = Fields(process.ToString(CultureInfo.InvariantCulture));
        return (Kilobytes("RssAnon") + Kilobytes("RssShmem")) << 10;

        long Kilobytes(string key) => long.Parse(fields[key].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static Dictionary<string, string> Fields(string process)
    {
        try
        {
            return File.ReadAllLines($"/proc/{process}/status").Select(l => l.Split(':', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1].Trim(), StringComparer.Ordinal);
        }
        catch (IOException)
        {
            // It has ended in between.
            return [];
        }
    }
}
