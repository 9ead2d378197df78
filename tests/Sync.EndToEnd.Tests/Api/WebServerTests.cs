using System.Net;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>The web server's life beside the host.</summary>
public sealed class WebServerTests
{
    [Fact]
    public async Task It_comes_back_on_its_port_when_it_is_killed_and_goes_when_the_host_does()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient api = await pair.Host.ApiAsync("read");
        await api.GetAsync("/api/v1/status");
        int first = WebServerOf(pair);
        Libc.Signal(first, Libc.SigKill);
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await api.GetAsync("/api/v1/status");
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            () => "the web server answers again");
        int second = WebServerOf(pair);
        Assert.NotEqual(first, second);
        // The host has no time to end it.
        await pair.Host.KillAsync();
        await Eventually.HoldsAsync(() => !Directory.Exists($"/proc/{second}"), () => "the web server has ended");
    }

    [Fact]
    public async Task Its_document_describes_what_it_answers()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient api = await pair.Host.ApiAsync("read");
        JsonElement document = await api.GetAsync("/api/v1/openapi.json");
        JsonElement paths = document.GetProperty("paths");
        foreach (string path in (string[])["/api/v1/status", "/api/v1/shares/{share}/jobs", "/api/v1/jobs/{id}", "/api/v1/shares", "/api/v1/guests", "/api/v1/invites", "/api/v1/tokens", "/api/v1/webhooks"])
            Assert.True(paths.TryGetProperty(path, out _), path);
        Assert.Equal("ok", (await api.GetAsync("/api/health")).GetProperty("status").GetString());
        Assert.Equal("not-found", await api.RefusedAsync(HttpMethod.Get, "/api/v1/nothing", null, HttpStatusCode.NotFound));
    }

    private static int WebServerOf(Pair pair) => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), System.Globalization.CultureInfo.InvariantCulture, out int id) ? id : 0)
        .First(id => id > 0 && CommandLineOf(id) is var line && line.Contains("sync-web", StringComparison.Ordinal) && line.Contains(pair.Temporary("host.data"), StringComparison.Ordinal));

    private static string CommandLineOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (IOException)
        {
            // It has just ended.
            return "";
        }
    }
}
