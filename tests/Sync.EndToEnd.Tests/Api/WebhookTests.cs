using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>Events posted to an address.</summary>
public sealed class WebhookTests
{
    [Fact]
    public async Task A_job_is_told_with_a_signature_and_told_again_where_nobody_listened()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        int port = FreePort.Take();
        CommandResult added = (await pair.Host.RunAsync("webhook", "add", $"http://127.0.0.1:{port}/hook", "--event", "job", "--allow-local")).Expect(0);
        string secret = added.Output.Trim();
        (await pair.Host.RunAsync("job", "start", Pair.Share)).Expect(0);
        // The first try has failed, for nobody is there yet.
        await Eventually.HoldsAsync(async () => !(await HookAsync(pair)).GetProperty("lastError").ValueKind.Equals(JsonValueKind.Null), () => "a failure is told");
        using var listener = new HttpListener();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        HttpListenerContext told = await listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        using var body = new MemoryStream();
        await told.Request.InputStream.CopyToAsync(body, TestContext.Current.CancellationToken);
        told.Response.StatusCode = 204;
        told.Response.Close();
        JsonElement what = JsonDocument.Parse(body.ToArray()).RootElement;
        Assert.Equal("job", what.GetProperty("kind").GetString());
        Assert.Equal(Pair.Share, what.GetProperty("share").GetString());
        string[] signature = told.Request.Headers["Sync-Signature"]!.Split(',');
        byte[] signed = [.. Encoding.ASCII.GetBytes(signature[0]["t=".Length..] + "."), .. body.ToArray()];
        Assert.Equal("v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), signed)), signature[1]);
        await Eventually.HoldsAsync(async () => (await HookAsync(pair)).GetProperty("delivered").GetInt64() > 0, () => "a delivery is counted");
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/x", 2)]
    [InlineData("https://127.0.0.1:9/x", 6)]
    [InlineData("https://localhost/x", 6)]
    [InlineData("https://[::ffff:10.0.0.1]/x", 6)]
    [InlineData("https://169.254.169.254/latest", 6)]
    [InlineData("ftp://example.org/x", 2)]
    [InlineData("https://user:secret@example.org/x", 2)]
    public async Task What_only_the_host_can_reach_is_refused(string url, int exit)
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        (await pair.Host.RunAsync("webhook", "add", url)).Expect(exit);
    }

    private static async Task<JsonElement> HookAsync(Pair pair) =>
        JsonDocument.Parse((await pair.Host.RunAsync("webhook", "list", "--json")).Expect(0).Output).RootElement.GetProperty("webhooks")[0];
}
