using System.Net;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>Who may do what by the API.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task A_scope_allows_what_it_says_and_no_more()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient none = await pair.Host.ApiAsync(null);
        Assert.Equal("unauthenticated", await none.RefusedAsync(HttpMethod.Get, "/api/v1/status", null, HttpStatusCode.Unauthorized));
        using var wrong = new ApiClient(none.Address, "synct_" + new string('0', 64));
        Assert.Equal("unauthenticated", await wrong.RefusedAsync(HttpMethod.Get, "/api/v1/status", null, HttpStatusCode.Unauthorized));

        using ApiClient read = await pair.Host.ApiAsync("read");
        Assert.Equal("host", (await read.GetAsync("/api/v1/status")).GetProperty("role").GetString());
        Assert.Equal("scope", await read.RefusedAsync(HttpMethod.Post, $"/api/v1/shares/{Pair.Share}/pause", "{}", HttpStatusCode.Forbidden));
        using ApiClient sync = await pair.Host.ApiAsync("sync");
        await sync.PostAsync($"/api/v1/shares/{Pair.Share}/pause");
        await sync.PostAsync($"/api/v1/shares/{Pair.Share}/resume");
        Assert.Equal("scope", await sync.RefusedAsync(HttpMethod.Get, "/api/v1/tokens", null, HttpStatusCode.Forbidden));
        Assert.Equal("scope", await sync.RefusedAsync(HttpMethod.Post, "/api/v1/invites", $$"""{"share":"{{Pair.Share}}","ttlMs":1000,"uses":1}""", HttpStatusCode.Forbidden));
        using ApiClient admin = await pair.Host.ApiAsync("admin");
        Assert.StartsWith("sync", (await admin.PostAsync("/api/v1/invites", $$"""{"share":"{{Pair.Share}}","ttlMs":60000,"uses":1}""")).GetProperty("token").GetString(), StringComparison.Ordinal);
        // Who was kept out is told.
        CommandResult log = await pair.Host.RunAsync("audit", "--json");
        Assert.True(log.ExitCode != 0 || log.Output.Contains("refused", StringComparison.OrdinalIgnoreCase), log.ToString());
    }

    [Fact]
    public async Task A_token_of_one_share_sees_no_other()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        string other = Directory.CreateDirectory(pair.Temporary("other")).FullName;
        (await pair.Host.RunAsync("share", "add", "other", other)).Expect(0);
        using ApiClient mine = await pair.Host.ApiAsync("sync", "--share", Pair.Share);
        JsonElement shares = (await mine.GetAsync("/api/v1/shares")).GetProperty("shares");
        Assert.Equal([Pair.Share], shares.EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Equal([Pair.Share], (await mine.GetAsync("/api/v1/status")).GetProperty("shares").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Equal("share", await mine.RefusedAsync(HttpMethod.Get, "/api/v1/shares/other", null, HttpStatusCode.Forbidden));
        Assert.Equal("share", await mine.RefusedAsync(HttpMethod.Post, "/api/v1/shares/other/jobs", "{}", HttpStatusCode.Forbidden));
        using ApiClient all = await pair.Host.ApiAsync("sync");
        string id = (await all.PostAsync("/api/v1/shares/other/jobs", "{}", HttpStatusCode.Accepted)).GetProperty("id").GetString()!;
        Assert.Equal("not-found", await mine.RefusedAsync(HttpMethod.Get, "/api/v1/jobs/" + id, null, HttpStatusCode.NotFound));
        Assert.Equal("not-found", await mine.RefusedAsync(HttpMethod.Post, $"/api/v1/jobs/{id}/cancel", "{}", HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task A_token_that_was_revoked_or_has_expired_is_worthless_at_once()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient ci = await pair.Host.ApiAsync("read", "--name", "ci");
        await ci.GetAsync("/api/v1/status");
        (await pair.Host.RunAsync("token", "revoke", "ci")).Expect(0);
        Assert.Equal("unauthenticated", await ci.RefusedAsync(HttpMethod.Get, "/api/v1/status", null, HttpStatusCode.Unauthorized));
        using ApiClient brief = await pair.Host.ApiAsync("read", "--ttl", "1ms");
        Assert.Equal("token-expired", await brief.RefusedAsync(HttpMethod.Get, "/api/v1/status", null, HttpStatusCode.Unauthorized));
        Assert.DoesNotContain("synct_", await File.ReadAllTextAsync(Path.Combine(pair.Temporary("host.data"), "config.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_guesses_tokens_has_to_wait_and_nobody_else()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient good = await pair.Host.ApiAsync("read");
        using var guessing = new ApiClient(good.Address, "synct_guess");
        HttpStatusCode last = default;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = new() { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
        for (int i = 0; i < 60 && last != HttpStatusCode.TooManyRequests; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(good.Address, "/api/v1/status"));
            request.Headers.Add("Authorization", "Bearer synct_guess");
            using HttpResponseMessage answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            last = answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        // The local user's commands do not go by the network.
        (await pair.Host.RunAsync("status")).Expect(0);
    }
}
