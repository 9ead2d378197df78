using System.Net;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>Tags by the API.</summary>
public sealed class TagApiTests
{
    [Fact]
    public async Task Tags_are_made_listed_and_removed()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        pair.Host.Tree.Put("a", "1").Put("d/b", "22");
        string tags = $"/api/v1/shares/{Pair.Share}/tags";
        using ApiClient admin = await pair.Host.ApiAsync("admin");
        JsonElement made = await admin.PostAsync(tags, """{"name":"v1"}""");
        Assert.Equal((Pair.Share, "v1", 2, 3), (made.GetProperty("share").GetString(), made.GetProperty("name").GetString(), made.GetProperty("files").GetInt32(), made.GetProperty("bytes").GetInt32()));
        Assert.Equal("failed", await admin.RefusedAsync(HttpMethod.Post, tags, """{"name":"v1"}""", HttpStatusCode.BadRequest));
        Assert.Equal("bad-request", await admin.RefusedAsync(HttpMethod.Post, tags, """{"name":"42"}""", HttpStatusCode.BadRequest));
        Assert.Equal("not-found", await admin.RefusedAsync(HttpMethod.Delete, tags + "/v2", null, HttpStatusCode.NotFound));

        using ApiClient read = await pair.Host.ApiAsync("read", "--share", Pair.Share);
        foreach (string path in (string[])[tags, "/api/v1/tags"])
            Assert.Equal("v1", Assert.Single((await read.GetAsync(path)).GetProperty("tags").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("scope", await read.RefusedAsync(HttpMethod.Post, tags, """{"name":"v2"}""", HttpStatusCode.Forbidden));
        Assert.Equal("scope", await read.RefusedAsync(HttpMethod.Delete, tags + "/v1", null, HttpStatusCode.Forbidden));

        Assert.Equal("v1", (await admin.SendAsync(HttpMethod.Delete, tags + "/v1", null, HttpStatusCode.OK)).GetProperty("name").GetString());
        Assert.Empty((await read.GetAsync(tags)).GetProperty("tags").EnumerateArray());
        string audit = (await pair.Host.RunAsync("audit", "--json")).Expect(0).Output;
        Assert.Contains("tag.create", audit, StringComparison.Ordinal);
        Assert.Contains("tag.remove", audit, StringComparison.Ordinal);
    }
}
