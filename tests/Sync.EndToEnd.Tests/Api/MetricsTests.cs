using System.Net;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>Metrics, and who is kept from them, on the API's address.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task A_scraper_with_a_token_reads_them_and_who_is_refused_is_in_the_audit_log()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 1);
        pair.Host.Tree.Put("a", "1");
        await pair.SyncAndCheckAsync();
        using ApiClient api = await pair.Host.ApiAsync("read");
        using StreamReader metrics = await api.StreamAsync("/metrics");
        string text = await metrics.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"sync_share_files{{share=\"{Pair.Share}\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("sync_journal_commit_duration_seconds_bucket", text, StringComparison.Ordinal);

        using var stranger = new ApiClient(api.Address, "synct_" + new string('0', 64));
        Assert.Equal("unauthenticated", await stranger.RefusedAsync(HttpMethod.Get, "/metrics", null, HttpStatusCode.Unauthorized));
        Assert.Equal("scope", await api.RefusedAsync(HttpMethod.Post, "/api/v1/tokens", "{\"scope\":\"admin\"}", HttpStatusCode.Forbidden));
        string audit = (await pair.Host.RunAsync("audit")).Expect(0).Output;
        Assert.Matches("unknown +token.refuse +refused", audit);
        Assert.Matches("token:[a-z0-9-]+ +token.refuse +refused", audit);
    }
}
