using System.Net;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Api;

/// <summary>How the host is run, by the API.</summary>
public sealed class OperationsApiTests
{
    [Fact]
    public async Task Settings_logs_audit_and_doctor_are_an_admins()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0);
        using ApiClient admin = await pair.Host.ApiAsync("admin");
        JsonElement listen = (await admin.GetAsync("/api/v1/settings")).GetProperty("settings").EnumerateArray().Single(s => s.GetProperty("key").GetString() == "listen");
        Assert.Equal(("--listen", false), (listen.GetProperty("source").GetString(), listen.GetProperty("live").GetBoolean()));

        JsonElement last = (await admin.GetAsync("/api/v1/audit?limit=1&since=3600s")).GetProperty("entries").EnumerateArray().Single();
        Assert.Equal(("token.create", "local", "done"), (last.GetProperty("action").GetString(), last.GetProperty("actor").GetString(), last.GetProperty("outcome").GetString()));

        JsonElement[] lines = [.. (await admin.GetAsync("/api/v1/logs?limit=5&level=information")).GetProperty("lines").EnumerateArray()];
        Assert.InRange(lines.Length, 1, 5);
        Assert.All(lines, l => Assert.NotEqual("debug", l.GetProperty("level").GetString()));

        JsonElement health = await admin.GetAsync("/api/v1/doctor");
        Assert.Contains(health.GetProperty("worst").GetString(), (string[])["ok", "warning", "problem"]);
        Assert.Contains(health.GetProperty("findings").EnumerateArray(), f => f.GetProperty("check").GetString() == "filesystem" && f.GetProperty("subject").GetString() == Pair.Share);

        Assert.Equal("bad-request", await admin.RefusedAsync(HttpMethod.Get, "/api/v1/logs?level=loud", null, HttpStatusCode.BadRequest));
        Assert.Equal("bad-request", await admin.RefusedAsync(HttpMethod.Get, "/api/v1/audit?limit=-1", null, HttpStatusCode.BadRequest));
        using ApiClient sync = await pair.Host.ApiAsync("sync");
        using ApiClient ofOne = await pair.Host.ApiAsync("admin", "--share", Pair.Share);
        foreach (string path in (string[])["settings", "audit", "logs", "doctor"])
        {
            Assert.Equal("scope", await sync.RefusedAsync(HttpMethod.Get, "/api/v1/" + path, null, HttpStatusCode.Forbidden));
            Assert.Equal("share", await ofOne.RefusedAsync(HttpMethod.Get, "/api/v1/" + path, null, HttpStatusCode.Forbidden));
        }
    }

    [Fact]
    public async Task Shares_and_rights_are_made_changed_and_taken_back()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 1);
        using ApiClient admin = await pair.Host.ApiAsync("admin");
        string photos = Directory.CreateDirectory(pair.Temporary("photos")).FullName;
        JsonElement added = await admin.PostAsync("/api/v1/shares", $$"""{"name":"photos","path":"{{photos}}","policy":{"direction":"to-guest","ignore":{"items":["*.tmp"] } } }""");
        Assert.Equal((photos, "to-guest"), (added.GetProperty("path").GetString(), added.GetProperty("policy").GetProperty("direction").GetString()));
        JsonElement changed = await admin.SendAsync(HttpMethod.Patch, "/api/v1/shares/photos", """{"maxDeletePercent":75,"ignore":{"items":["*.tmp","build/"]}}""", HttpStatusCode.OK);
        Assert.Equal((75, "to-guest", 2), (changed.GetProperty("policy").GetProperty("maxDeletePercent").GetInt32(), changed.GetProperty("policy").GetProperty("direction").GetString(), changed.GetProperty("policy").GetProperty("ignore").GetProperty("items").GetArrayLength()));

        string guest = await pair.Guest.NameAsync();
        JsonElement right = (await admin.SendAsync(HttpMethod.Patch, "/api/v1/guests/" + guest, $$"""{"share":"{{Pair.Share}}","readOnly":true}""", HttpStatusCode.OK)).GetProperty("rights").EnumerateArray().Single();
        Assert.True(right.GetProperty("readOnly").GetBoolean());
        pair.Guest.Tree.Put("mine", "1");
        await Eventually.HoldsAsync(async () => (await pair.Guest.ProblemPathsAsync("local-edit")).Contains("mine"), () => "it is kept here alone");
        pair.Host.Tree.Check("mine", null);
        await admin.SendAsync(HttpMethod.Patch, "/api/v1/guests/" + guest, $$"""{"share":"{{Pair.Share}}","readOnly":false}""", HttpStatusCode.OK);
        await pair.SyncAndCheckAsync();
        await admin.SendAsync(HttpMethod.Delete, $"/api/v1/guests/{guest}?share={Pair.Share}", null, HttpStatusCode.OK);
        await pair.Guest.StateAsync("refused");

        await admin.SendAsync(HttpMethod.Delete, "/api/v1/shares/photos", null, HttpStatusCode.OK);
        Assert.Equal([Pair.Share], (await admin.GetAsync("/api/v1/shares")).GetProperty("shares").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.True(Directory.Exists(photos));
    }

    [Fact]
    public async Task The_address_may_stand_in_settings_json()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        await pair.Host.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(pair.Host.DataDirectory, "settings.json"), """{ "api": "127.0.0.1:0" }""", TestContext.Current.CancellationToken);
        await pair.Host.StartAsync();
        using ApiClient api = await pair.Host.ApiAsync("read");
        Assert.Equal("host", (await api.GetAsync("/api/v1/status")).GetProperty("role").GetString());
        await pair.Host.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(pair.Host.DataDirectory, "settings.json"), """{ "api": "127.0.0.1:0", "apiCertificate": "missing.pem" }""", TestContext.Current.CancellationToken);
        (await pair.Host.RunProcessAsync("serve", "--listen", "127.0.0.1:0")).ExpectError(1, Path.Combine(pair.Host.DataDirectory, "missing.pem"));
    }
}
