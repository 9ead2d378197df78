using System.Collections;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Shared.Data;
using Sync.Shared.Settings;
using Xunit;

namespace Sync.Host.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    private DataDirectory Data => DataDirectory.Locate(_place.Sub("data"), "sync-host");

    public void Dispose() => _place.Dispose();

    [Fact]
    public void EachValueHasItsLine()
    {
        var faults = new List<string>();
        var values = Parse(
            """
            {
              "$schema": "https://example.invalid/settings.schema.json", // for the editor
              "loglevel": "debug",
              "rates": {
                "up": 1048576,
                "guests": {
                  "Build-7": { "down": "2M" },
                },
                "schedule": [
                  { "days": "mon-fri", "from": "08:00", "to": "18:00", "up": "500K" },
                  { "guest": "x",
                    "down": "1M" }
                ]
              },
              "policy": { "direction": null }
            }
            """,
            faults);
        Assert.Empty(faults);
        Assert.Equal(
            [
                "logLevel=debug settings.json:3", "rates:up=1048576 settings.json:5", "rates:guests:Build-7:down=2M settings.json:7",
                "rates:schedule:0:days=mon-fri settings.json:10", "rates:schedule:0:from=08:00 settings.json:10", "rates:schedule:0:to=18:00 settings.json:10",
                "rates:schedule:0:up=500K settings.json:10", "rates:schedule:1:guest=x settings.json:11", "rates:schedule:1:down=1M settings.json:12",
            ],
            values.Select(v => $"{v.Key}={v.Text} {v.Source}"));
    }

    [Theory]
    [InlineData("{\n\"logLevel\": \"loud\" }", "settings.json:2: 'logLevel': 'loud' is not a log level")]
    [InlineData("{\n\n\"listn\": \"x\" }", "settings.json:3: 'listn' is no setting; there are listen, api, apiCertificate, logLevel, rates, metrics, policy")]
    [InlineData("{ \"rates\": { \"up\": \"fast\" } }", "settings.json:1: 'rates:up': 'fast' is not bytes a second")]
    [InlineData("{ \"rates\": { \"up\": 5 } }", "at least 1K")]
    [InlineData("{ \"rates\": 5 }", "settings.json:1: 'rates' is no setting")]
    [InlineData("{ \"logLevel\": { \"a\": \"b\" } }", "settings.json:1: 'logLevel'")]
    [InlineData("{ \"logLevel\": [ \"debug\" ] }", "settings.json:1: 'logLevel' is no list")]
    [InlineData("{ \"rates\": { \"schedule\": [ { \"from\": \"25:00\" } ] } }", "'25:00' is not a time of day")]
    [InlineData("{ \"rates\": { \"schedule\": [ { \"days\": \"someday\" } ] } }", "'someday' is not days")]
    [InlineData("{\n\"logLevel\": \"debug\",\n\"LogLevel\": \"error\" }", "settings.json:3: 'LogLevel' is set twice")]
    [InlineData("{\n\"logLevel\": \"debug\"\n\"x\"", "settings.json:3: no JSON: ")]
    [InlineData("{}\n}", "settings.json:2: no JSON: ")]
    [InlineData("[]", "settings.json:1: settings are an object")]
    [InlineData("", "settings.json:1: no JSON: ")]
    [InlineData("{ \"rates:up\": \"1M\" }", "write parts as objects")]
    [InlineData("{ \"policy\": { \"maxDelete\": 101 } }", "'101' is not a number from 0 to 100")]
    [InlineData("{ \"metrics\": { \"otlpEndpoint\": \"collector:4317\" } }", "'collector:4317' is not a URL")]
    public void AFaultIsToldWithItsLine(string json, string fault)
    {
        var faults = new List<string>();
        Parse(json, faults);
        Assert.Contains(faults, f => f.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void LaterLayersWin()
    {
        File.WriteAllText(Data.SettingsFile, "{ \"logLevel\": \"debug\", \"rates\": { \"up\": \"1M\", \"down\": \"1M\", \"guests\": { \"a\": { \"up\": \"3M\" } } } }");
        var environment = new Hashtable
        {
            ["SYNC_DATA"] = "/x", ["SYNC_RATES__DOWN"] = "2M", ["SYNC_RATES__GUESTS__a__UP"] = "4M", ["SYNC_OTHER"] = "y", ["PATH"] = "/bin",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4317",
        };
        var settings = Source(environment, new SettingValue("rates:guests:a:up", "5M", "--set")).Read();
        Assert.Equal(
            [
                "listen=0.0.0.0:7443 default", "logLevel=debug settings.json:1", "metrics:otlpEndpoint=http://collector:4317 OTEL_EXPORTER_OTLP_ENDPOINT",
                "rates:down=2M SYNC_RATES__DOWN", "rates:guests:a:up=5M --set", "rates:up=1M settings.json:1",
            ],
            settings.Values.Where(v => !v.Key.StartsWith("policy:", StringComparison.Ordinal)).Select(v => $"{v.Key}={v.Text} {v.Source}"));
        Assert.Equal(5L << 20, settings.Rates.At(DateTime.UnixEpoch, "a").Up);
        Assert.Equal(["SYNC_OTHER"], SettingsLayers.Strays(environment, SettingDefinitions.Host));
    }

    [Fact]
    public void AChangeOfTheFileIsInForceAndOneThatIsNoneChangesNothing()
    {
        var log = new CapturedLog();
        var source = Source([]);
        var live = new LiveSettings(source, source.Read(), TimeProvider.System, log);
        var (seen, told) = (new List<LogLevel>(), new List<string>());
        live.Follow(s => seen.Add(s.LogLevel));
        live.Changed = told.Add;
        File.WriteAllText(Data.SettingsFile, "{ \"logLevel\": \"debug\", \"listen\": \"127.0.0.1:1\" }");
        live.Look();
        live.Look();
        Assert.Equal([LogLevel.Information, LogLevel.Debug], seen);
        Assert.Equal(["listen 0.0.0.0:7443 → 127.0.0.1:1, logLevel information → debug"], told);
        Assert.Contains(log.Lines, l => l.Contains("listen", StringComparison.Ordinal) && l.Contains("from the next start on", StringComparison.Ordinal));
        File.WriteAllText(Data.SettingsFile, "{ \"logLevel\": \"loudest\" }");
        live.Look();
        Assert.Equal(LogLevel.Debug, live.Current.LogLevel);
        Assert.Contains(log.Lines, l => l.Contains("settings.json:1: 'logLevel': 'loudest'", StringComparison.Ordinal));
        File.Delete(Data.SettingsFile);
        live.Look();
        Assert.Equal(LogLevel.Information, live.Current.LogLevel);
    }

    [Fact]
    public async Task ShowAndCheckTellWhatIsSetAndWhere()
    {
        File.WriteAllText(Data.SettingsFile, "{\n  \"rates\": { \"up\": \"20M\" }\n}");
        var show = await CommandAsync("config", "show");
        var lines = show.Output.Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.Contains("rates:up 20M settings.json:2 at once", lines);
        Assert.Contains("listen 0.0.0.0:7443 default from the next start", lines);
        var json = JsonDocument.Parse((await CommandAsync("config", "show", "--json")).Output).RootElement;
        Assert.False(json.GetProperty("running").GetBoolean());
        Assert.Contains(json.GetProperty("settings").EnumerateArray(), s => s.GetProperty("key").GetString() == "rates:up" && s.GetProperty("source").GetString() == "settings.json:2");
        Assert.Equal(0, (await CommandAsync("config", "check")).Code);
        File.WriteAllText(Data.SettingsFile, "{\n\"a\": 1,\n\"logLevel\": 7\n}");
        var check = await CommandAsync("config", "check");
        Assert.Equal(1, check.Code);
        // The tests' own environment may hold variables that are none: those are told too.
        Assert.Equal(["settings.json:2: 'a' is no setting; there are listen, api, apiCertificate, logLevel, rates, metrics, policy (see 'config show')", "settings.json:3: 'logLevel': '7' is not a log level: trace, debug, information, warning or error"], check.Error.TrimEnd('\n').Split('\n').Where(l => !l.Contains("is no setting; see", StringComparison.Ordinal)));
        // Nothing starts with settings that cannot be used.
        var serve = await CommandAsync("serve", "--listen", "127.0.0.1:0");
        Assert.Equal(1, serve.Code);
        Assert.Contains("settings.json:3", serve.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandAsync("serve", "--set", "rates:up=fast")).Code);
    }

    [Fact]
    public async Task TheRunningAgentTellsItsOwn()
    {
        await using var host = await RunningHost.StartAsync();
        Assert.Contains("\"running\":true", (await host.RunAsync("config", "show", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SharesThatAreAddedTakeTheUsualPolicy()
    {
        File.WriteAllText(Data.SettingsFile, "{ \"policy\": { \"conflicts\": \"newest-wins\", \"versionDays\": 7, \"minFree\": \"1G\" } }");
        Assert.Equal(0, (await CommandAsync("share", "add", "docs", _place.Sub("docs"), "--version-days", "9")).Code);
        var policy = JsonDocument.Parse((await CommandAsync("share", "show", "docs", "--json")).Output).RootElement.GetProperty("policy");
        Assert.Equal(("newest-wins", 9, 1L << 30, 50), (policy.GetProperty("conflicts").GetString(), policy.GetProperty("versionDays").GetInt32(), policy.GetProperty("minFreeBytes").GetInt64(), policy.GetProperty("maxDeletePercent").GetInt32()));
    }

    [Fact]
    public void AGuestsPatternsAreAList()
    {
        var faults = new List<string>();
        string[] patterns = [.. Enumerable.Range(0, 12).Select(i => $"*.{i}")];
        var values = SettingsFile.Read(JsonSerializer.SerializeToUtf8Bytes(new { lineEndings = new { crlf = patterns } }), "settings.json", SettingDefinitions.Guest, faults);
        Assert.Empty(faults);
        Assert.Equal(patterns, new AgentSettings(SettingsLayers.Merge(SettingDefinitions.Guest, values)).CrlfPatterns);
        Assert.Empty(new AgentSettings(SettingsLayers.Merge(SettingDefinitions.Guest)).CrlfPatterns);
        foreach (var wrong in (string[])["{ \"lineEndings\": { \"crlf\": \"*.txt\" } }", "{ \"lineEndings\": [\"*.txt\"] }", "{ \"lineEndings\": { \"crlf\": [[\"*.txt\"]] } }", "{ \"lineEndings\": { \"lf\": [\"*.txt\"] } }"])
        {
            faults.Clear();
            SettingsFile.Read(System.Text.Encoding.UTF8.GetBytes(wrong), "settings.json", SettingDefinitions.Guest, faults);
            Assert.NotEmpty(faults);
        }

        SettingsFile.Read("{ \"lineEndings\": { \"crlf\": [\"*.txt\"] } }"u8, "settings.json", SettingDefinitions.Host, faults = []);
        Assert.NotEmpty(faults);
    }

    [Theory]
    [InlineData("sync-host", "settings.host.schema.json")]
    [InlineData("sync-guest", "settings.guest.schema.json")]
    public void ThePublishedSchemaIsTheProgramsOwn(string program, string file)
    {
        var docs = Path.Combine(Repository.Root, "docs", file);
        Assert.True(SettingsSchema.Of(program) == File.ReadAllText(docs), $"{docs} is not what '{program} config schema' prints: print it there");
        var schema = JsonDocument.Parse(SettingsSchema.Of(program)).RootElement;
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal("array", schema.GetProperty("properties").GetProperty("rates").GetProperty("properties").GetProperty("schedule").GetProperty("type").GetString());
    }

    private static IReadOnlyList<SettingValue> Parse(string json, List<string> faults) =>
        SettingsFile.Read(Encoding.UTF8.GetBytes(json), "settings.json", SettingDefinitions.Host, faults);

    private SettingsSource Source(Hashtable environment, params SettingValue[] flags) => new("sync-host", Data, environment, flags);

    private Task<CommandLineRun> CommandAsync(params string[] args) => CommandLineRun.Of([.. args, "--data", Data.Path]);
}
