using System.Net;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>Syncs that a program asks for by the API and waits for.</summary>
public sealed class JobTests
{
    private const string Jobs = "/api/v1/shares/" + Pair.Share + "/jobs";

    [Fact]
    public async Task A_job_ends_when_all_is_on_every_guest()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 2);
        using ApiClient api = await pair.Host.ApiAsync("sync");
        pair.Host.Tree.Put("dir/a", "1");
        pair.Guests[1].Tree.Put("b", "2");
        JsonElement job = await api.PostAsync(Jobs, """{"wait":"durable"}""", HttpStatusCode.Accepted);
        job = await api.GetAsync($"/api/v1/jobs/{job.GetProperty("id").GetString()}?wait=30s");
        Assert.Equal("done", job.GetProperty("state").GetString());
        pair.Check("dir/a", "1").Check("b", "2");
        Assert.All(job.GetProperty("outcomes").EnumerateArray(), o => Assert.Equal("complete", o.GetProperty("outcome").GetString()));
        Assert.Equal(3, job.GetProperty("outcomes").GetArrayLength());

        // The command line sees the same job.
        CommandResult shown = (await pair.Host.RunAsync("job", "show", job.GetProperty("id").GetString()!)).Expect(0);
        Assert.Contains("done", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guest_that_is_away_is_named_and_waited_for_over_a_restart_of_the_host()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 2);
        await pair.SyncAsync();
        string away = await pair.Guests[1].NameAsync();
        await pair.Guests[1].StopAsync();
        pair.Host.Tree.Put("a", "1");
        string id;
        using (ApiClient api = await pair.Host.ApiAsync("sync"))
        {
            id = (await api.PostAsync(Jobs, """{"timeout":"600s"}""", HttpStatusCode.Accepted)).GetProperty("id").GetString()!;
            JsonElement job = default;
            await Eventually.HoldsAsync(
                async () =>
                {
                    job = await api.GetAsync("/api/v1/jobs/" + id);
                    return job.GetProperty("outcomes").EnumerateArray().Any(o => o.GetProperty("guest").GetString() == away && o.GetProperty("outcome").GetString() == "offline");
                },
                () => job.ToString());
            Assert.Equal("running", job.GetProperty("state").GetString());
        }

        await pair.Host.RestartAsync();
        await pair.Guests[1].StartAsync();
        using (ApiClient api = await pair.Host.ApiAsync("read"))
        {
            JsonElement job = await api.GetAsync($"/api/v1/jobs/{id}?wait=30s");
            Assert.Equal("done", job.GetProperty("state").GetString());
            pair.Check("a", "1");
        }
    }

    [Fact]
    public async Task Who_only_pulls_and_pushes_is_not_waited_for_until_it_joins()
    {
        await using Pair pair = await Pair.StartWithApiAsync();
        pair.Host.Tree.Put("a", "1");
        TestGuest visitor = pair.NewGuest();
        (await visitor.RunAsync("pull", await pair.Host.InviteAsync(), pair.Temporary("pulled"), "--name", "visitor")).Expect(0);
        (await visitor.RunAsync("push", pair.Temporary("pulled"), Pair.Share + "/copy")).Expect(0);
        Assert.Contains("visits", (await pair.Host.RunAsync("guest", "list")).Expect(0).Output, StringComparison.Ordinal);

        using ApiClient api = await pair.Host.ApiAsync("sync");
        JsonElement job = await api.PostAsync(Jobs, "{}", HttpStatusCode.Accepted);
        job = await api.GetAsync($"/api/v1/jobs/{job.GetProperty("id").GetString()}?wait=30s");
        Assert.Equal("done", job.GetProperty("state").GetString());
        string agent = await pair.Guest.NameAsync();
        Assert.Equal(["", agent], job.GetProperty("outcomes").EnumerateArray().Select(o => o.GetProperty("guest").GetString()));
        (await pair.Host.RunAsync("flush", "--all", "--timeout", "30s")).Expect(0);
        pair.Check("copy/a", "1");
        JsonElement refused = await api.SendAsync(HttpMethod.Post, Jobs, """{"guests":["visitor"]}""", HttpStatusCode.BadRequest);
        Assert.Contains("pulls and pushes", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);

        // The same machine, with an agent from now on.
        (await visitor.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await visitor.StartAsync();
        job = await api.PostAsync(Jobs, """{"guests":["visitor"]}""", HttpStatusCode.Accepted);
        job = await api.GetAsync($"/api/v1/jobs/{job.GetProperty("id").GetString()}?wait=30s");
        Assert.Equal("done", job.GetProperty("state").GetString());
        Assert.Equal("1", await File.ReadAllTextAsync(Path.Combine(visitor.Tree.Root, "copy/a"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_is_revoked_is_waited_for_no_longer()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 2);
        await pair.SyncAsync();
        string away = await pair.Guests[1].NameAsync();
        await pair.Guests[1].StopAsync();
        using ApiClient api = await pair.Host.ApiAsync("sync");
        string all = (await api.PostAsync(Jobs, "{}", HttpStatusCode.Accepted)).GetProperty("id").GetString()!;
        string named = (await api.PostAsync(Jobs, $$"""{"guests":["{{away}}"]}""", HttpStatusCode.Accepted)).GetProperty("id").GetString()!;
        foreach (string id in (string[])[all, named])
        {
            JsonElement job = default;
            await Eventually.HoldsAsync(
                async () => (job = await api.GetAsync("/api/v1/jobs/" + id)).GetProperty("outcomes").EnumerateArray().Any(o => o.GetProperty("outcome").GetString() == "offline"), () => job.ToString());
        }

        (await pair.Host.RunAsync("guest", "revoke", away)).Expect(0);
        JsonElement ended = await api.GetAsync($"/api/v1/jobs/{all}?wait=30s");
        Assert.Equal("done", ended.GetProperty("state").GetString());
        ended = await api.GetAsync($"/api/v1/jobs/{named}?wait=30s");
        Assert.Equal("failed", ended.GetProperty("state").GetString());
        Assert.Contains(ended.GetProperty("outcomes").EnumerateArray(), o => o.GetProperty("guest").GetString() == away && o.GetProperty("outcome").GetString() == "refused");
    }

    [Fact]
    public async Task The_same_key_gives_the_same_job()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient api = await pair.Host.ApiAsync("sync");
        JsonElement first = await api.PostAsync(Jobs, "{}", HttpStatusCode.Accepted, ("Idempotency-Key", "nightly"));
        JsonElement again = await api.PostAsync(Jobs, "{}", HttpStatusCode.Accepted, ("Idempotency-Key", "nightly"));
        Assert.Equal(first.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        JsonElement other = await api.SendAsync(HttpMethod.Post, Jobs, """{"pathPrefix":"src"}""", HttpStatusCode.Conflict, ("Idempotency-Key", "nightly"));
        Assert.Equal("idempotency-key-reused", other.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_job_that_is_cancelled_ends_and_names_who_had_not_got_it()
    {
        await using Pair pair = await Pair.StartWithApiAsync();
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        using ApiClient api = await pair.Host.ApiAsync("sync");
        string id = (await api.PostAsync(Jobs, "{}", HttpStatusCode.Accepted)).GetProperty("id").GetString()!;
        Assert.Equal("cancelled", (await api.PostAsync($"/api/v1/jobs/{id}/cancel")).GetProperty("state").GetString());
        Assert.Equal("cancelled", (await api.GetAsync("/api/v1/jobs/" + id)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_part_of_the_share_is_waited_for_alone()
    {
        await using Pair pair = await Pair.StartWithApiAsync();
        await pair.SyncAsync();
        // A FIFO cannot be synced, and is a problem of the share; not of this part.
        (await SystemCommand.RunAsync("mkfifo", Path.Combine(pair.Host.Tree.Root, "pipe"))).Expect(0);
        pair.Host.Tree.Put("part/a", "1");
        using ApiClient api = await pair.Host.ApiAsync("sync");
        JsonElement job = await api.PostAsync(Jobs, """{"pathPrefix":"part"}""", HttpStatusCode.Accepted);
        job = await api.GetAsync($"/api/v1/jobs/{job.GetProperty("id").GetString()}?wait=30s");
        Assert.Equal("done", job.GetProperty("state").GetString());
        pair.Check("part/a", "1");
    }

    [Fact]
    public async Task Nothing_moves_in_an_on_demand_share_until_a_job_says_so()
    {
        await using Pair pair = await Pair.StartWithApiAsync();
        await pair.SyncAsync();
        (await pair.Host.RunAsync("share", "set", Pair.Share, "--on-demand", "true")).Expect(0);
        pair.Host.Tree.Put("a", "1");
        // The host has noticed, and says that it waits.
        await Eventually.HoldsAsync(
            async () => (await pair.Host.RunAsync("status", "--json")).Expect(0).Output.Contains("\"state\":\"paused\"", StringComparison.Ordinal), () => "paused");
        (await pair.Host.RunAsync("job", "start", Pair.Share)).Expect(0);
        pair.Check("a", "1");

        // And not after it.
        pair.Host.Tree.Put("b", "2");
        (await pair.Guest.RunAsync("flush", "--timeout", "2s")).Expect(1);
        Assert.False(File.Exists(Path.Combine(pair.Guest.Tree.Root, "b")));
        await pair.Host.RestartAsync();
        (await pair.Guest.RunAsync("flush", "--timeout", "2s")).Expect(1);
        Assert.False(File.Exists(Path.Combine(pair.Guest.Tree.Root, "b")));
        (await pair.Host.RunAsync("job", "start", Pair.Share)).Expect(0);
        pair.Check("b", "2");
        (await pair.Host.RunAsync("share", "set", Pair.Share, "--on-demand", "false")).Expect(0);
        pair.Host.Tree.Put("c", "3");
        await pair.SyncAndCheckAsync();
    }

    [Theory]
    [InlineData("/api/v1/shares/nothing/jobs", "{}", HttpStatusCode.NotFound, "not-found")]
    [InlineData(Jobs, """{"guests":["nobody"]}""", HttpStatusCode.NotFound, "not-found")]
    [InlineData(Jobs, """{"pathPrefix":"../outside"}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData(Jobs, """{"pathPrefix":"/etc"}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData(Jobs, """{"wait":"for ever"}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData(Jobs, """{"timeout":"0s"}""", HttpStatusCode.BadRequest, "bad-request")]
    [InlineData(Jobs, "{", HttpStatusCode.BadRequest, "bad-request")]
    public async Task What_cannot_be_is_refused_with_a_code(string path, string json, HttpStatusCode status, string code)
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient api = await pair.Host.ApiAsync("sync");
        Assert.Equal(code, await api.RefusedAsync(HttpMethod.Post, path, json, status));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient api = await pair.Host.ApiAsync("sync");
        Assert.Equal("too-large", await api.RefusedAsync(HttpMethod.Post, Jobs, $$"""{"pathPrefix":"{{new string('x', 2 << 20)}}"}""", HttpStatusCode.RequestEntityTooLarge));
        Assert.Equal("not-found", await api.RefusedAsync(HttpMethod.Get, "/api/v1/jobs/0123456789abcdef", null, HttpStatusCode.NotFound));
    }
}
