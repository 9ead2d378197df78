using System.Net;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>Metrics, and who is kept from them, on the API's address.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task How_long_a_save_takes_to_stand_on_a_guest_is_measured_guest_by_guest()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 2);
        await pair.SyncAndCheckAsync();
        using ApiClient api = await pair.Host.ApiAsync("read");
        string[] guests = await Task.WhenAll(pair.Guests.Select(g => g.NameAsync()));
        pair.Host.Tree.Put("from-the-host", "1");
        await pair.SyncAndCheckAsync();
        string text = "";
        await CountAsync(guests[0], 1);
        await CountAsync(guests[1], 1);

        // Its own it has already.
        pair.Guests[0].Tree.Put("from-a-guest", "2");
        await pair.SyncAndCheckAsync();
        await CountAsync(guests[1], 2);
        await CountAsync(guests[0], 1);
        JsonElement[] known = [.. (await pair.Host.RunAsync("status", "--json")).Expect(0).Json.GetProperty("shares")[0].GetProperty("guests").EnumerateArray()];
        Assert.All(known, g => Assert.InRange(g.GetProperty("saveMs").GetDouble(), 0, 120_000));

        Task CountAsync(string guest, int count) => Eventually.HoldsAsync(
            async () =>
            {
                using StreamReader metrics = await api.StreamAsync("/metrics");
                text = await metrics.ReadToEndAsync(TestContext.Current.CancellationToken);
                return text.Contains($"sync_save_latency_seconds_count{{guest=\"{guest}\",share=\"{Pair.Share}\"}} {count}\n", StringComparison.Ordinal);
            },
            () => $"{count} saves came to {guest}\n" + string.Join('\n', text.Split('\n').Where(l => l.Contains("save_latency", StringComparison.Ordinal))));
    }

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
