using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Sync.Host.Config;
using Sync.Protocol.Invites;
using Sync.Shared.Data;
using Sync.Shared.Support;
using Xunit;

namespace Sync.Host.Tests;

public sealed class SupportTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => _place.At("data");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task ABundleHoldsNoSecretOfTheHost()
    {
        Assert.Equal(0, (await CommandAsync("share", "add", "docs", _place.Sub("docs"))).Code);
        var invite = (await CommandAsync("invite", "--share", "docs", "--address", "h:1")).Output.Trim();
        var token = (await CommandAsync("token", "create", "--scope", "admin", "--name", "ci")).Output.Trim();
        var data = DataDirectory.Locate(Data, "sync-host");
        var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig());
        const string HookSecret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        config.Update(c => c with { Webhooks = [new WebhookRecord { Id = "1234abcd", Url = "https://user:pa55word@hooks.example/path/hidden-part?key=hidden-query", Secret = HookSecret }] });
        File.WriteAllText(data.SettingsFile, "{ \"metrics\": { \"otlpEndpoint\": \"https://me:s3cretpass@otlp.example/in?api=hidden-otlp\" } }");
        // What must never get into a log, and once does.
        Directory.CreateDirectory(Path.Combine(Data, "logs"));
        File.WriteAllText(
            data.LogFile(0),
            $"{{\"message\":\"joined with {invite}, called with Bearer {token}, hook {HookSecret} at https://user:pa55word@hooks.example/path/hidden-part?key=hidden-query\"}}\n-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n");
        Assert.True(Invite.TryParse(invite, out var parsed, out _));

        var run = await CommandAsync("support-bundle", _place.At("b.tar.gz"));
        Assert.Equal((0, _place.At("b.tar.gz") + "\n"), (run.Code, run.Output));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_place.At("b.tar.gz")));
        var files = Unpack(_place.At("b.tar.gz"));
        Assert.Superset(new HashSet<string>(["config.json", "settings.json", "versions.txt", "status.json", "doctor.json", "logs/agent.jsonl", "audit.jsonl"], StringComparer.Ordinal), files.Keys.ToHashSet(StringComparer.Ordinal));
        var all = string.Join('\n', files.Values);
        var key = await File.ReadAllTextAsync(Path.Combine(Data, "identity", "identity.pem"), Cancel);
        List<string> secrets =
        [
            invite, token, token[6..], HookSecret, "pa55word", "hidden-part", "hidden-query", "s3cretpass", "hidden-otlp", "MIGHAgEA", "PRIVATE KEY",
            Convert.ToHexStringLower(parsed.Secret), Convert.ToBase64String(parsed.Secret),
            .. config.Current.Invites.Select(i => i.SecretHash), .. config.Current.Tokens.Select(t => t.Hash),
            .. key.Split('\n').Where(line => line.Length > 20),
        ];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, all, StringComparison.OrdinalIgnoreCase));
        // What helps is there.
        Assert.Contains("hooks.example", files["config.json"], StringComparison.Ordinal);
        Assert.Contains("\"docs\"", files["config.json"], StringComparison.Ordinal);
        Assert.Contains("sync-host 0.1.0", files["versions.txt"], StringComparison.Ordinal);
        Assert.Equal(1, (await CommandAsync("support-bundle", _place.At("b.tar.gz"))).Code);
    }

    [Fact]
    public async Task ABundleOfARunningHostHasItsStatus()
    {
        await using var host = await RunningHost.StartAsync();
        File.WriteAllText(Path.Combine(host.Data, "settings.json"), "{ broken");
        Assert.Equal(0, (await host.RunAsync("support-bundle", _place.At("c.tar.gz"))).Code);
        var files = Unpack(_place.At("c.tar.gz"));
        Assert.Equal("in-sync", (string?)JsonNode.Parse(files["status.json"])!["shares"]![0]!["state"]);
        Assert.Contains("no JSON at line 1", files["settings.json"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"apiToken\":\"abcdefgh\",\"x\":\"abcdefgh\"}", "{\"apiToken\":\"[redacted]\",\"x\":\"[redacted]\"}")]
    [InlineData("{\"a\":[{\"secretHash\":\"00\"}],\"n\":1,\"z\":null}", "{\"a\":[{\"secretHash\":\"[redacted]\"}],\"n\":1,\"z\":null}")]
    [InlineData("{\"url\":\"https://h.example/\"}", "{\"url\":\"https://h.example\"}")]
    [InlineData("{\"url\":\"https://h.example:8/a?b\"}", "{\"url\":\"https://h.example:8/[redacted]\"}")]
    public void SecretsAreTakenOutOfJson(string json, string expected) => Assert.Equal(expected, new Redactor().Json(JsonNode.Parse(json))!.ToJsonString());

    private static Dictionary<string, string> Unpack(string path)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null, Encoding.UTF8);
            files.Add(entry.Name, reader.ReadToEnd());
        }

        return files;
    }

    private Task<CommandLineRun> CommandAsync(params string[] args) => CommandLineRun.Of([.. args, "--data", Data]);
}
