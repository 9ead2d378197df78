using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Host.Metrics;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Xunit;

namespace Sync.Host.Tests;

[Collection(nameof(AloneCollection))]
public sealed partial class MetricsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SharesAndGuestsAreMeasured()
    {
        await using var host = await RunningHost.StartAsync();
        host.Share.Status = new ReplicaStatus
        {
            State = ReplicaState.Syncing, Files = 3, Bytes = 42, PendingIn = 5, BytesSent = 7,
            Guests = [new GuestStatus("vm", new string('b', 64), Connected: true, new Revision(3), 4, 99, [])],
        };
        var text = await ScrapeAsync(host);
        foreach (var line in (string[])
        [
            "sync_shares 1", "sync_share_files{share=\"docs\"} 3", "sync_share_size_bytes{share=\"docs\"} 42",
            "sync_share_state{share=\"docs\",state=\"syncing\"} 1", "sync_share_state{share=\"docs\",state=\"halted\"} 0",
            "sync_share_pending{share=\"docs\",way=\"in\"} 5", "sync_share_content_bytes_total{share=\"docs\",way=\"sent\"} 7",
            "sync_share_guests{connected=\"true\",share=\"docs\"} 1", "sync_guest_pending_size_bytes{guest=\"vm\",share=\"docs\"} 99",
            "# TYPE sync_share_content_bytes_total counter", "# TYPE sync_share_files gauge",
        ])
        {
            Assert.Contains(line, text.Split('\n').Select(Sorted));
        }

        using var agent = AgentConnection.Open(DataDirectory.Locate(host.Data, "sync-host"), "");
        Assert.Contains("sync_shares 1", (await agent.Operations.GetMetricsAsync(new MetricsRequest(), cancellationToken: Cancel)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void HistogramsAreCumulativeAndLabelsAreEscaped()
    {
        using var meter = new System.Diagnostics.Metrics.Meter("Test");
        var text = new PrometheusText();
        var reader = new BaseExportingMetricReader(text);
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter("Test").AddReader(reader).Build();
        var histogram = meter.CreateHistogram("a.b", "s", "help", tags: null, new System.Diagnostics.Metrics.InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] });
        foreach (var value in (double[])[0.5, 1.5, 1.5, 9])
            histogram.Record(value, new KeyValuePair<string, object?>("share", "a\"b\\c\nd"));
        reader.Collect();
        Assert.Equal(
            """
            # HELP a_b_seconds help
            # TYPE a_b_seconds histogram
            a_b_seconds_bucket{share="a\"b\\c\nd",le="1"} 1
            a_b_seconds_bucket{share="a\"b\\c\nd",le="2"} 3
            a_b_seconds_bucket{share="a\"b\\c\nd",le="+Inf"} 4
            a_b_seconds_sum{share="a\"b\\c\nd"} 12.5
            a_b_seconds_count{share="a\"b\\c\nd"} 4

            """,
            text.Text);
    }

    [Fact]
    public async Task TheDashboardAsksOnlyForWhatIsExported()
    {
        await using var host = await RunningHost.StartAsync();
        host.Share.Status = new ReplicaStatus { State = ReplicaState.InSync, Guests = [new GuestStatus("vm", new string('b', 64), Connected: true, new Revision(3), 0, 0, [])] };
        // A share of the engine's own, for what journals measure.
        await using var real = await RealShareAsync(host);
        GC.Collect();
        var exported = Names().Matches(await ScrapeAsync(host)).Select(m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var path = Path.Combine(Repository.Root, "examples", "grafana", "sync-host.json");
        var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(path, Cancel)).RootElement;
        var asked = Expressions(dashboard).SelectMany(e => Asked().Matches(e)).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(asked.Count > 10, string.Join(' ', asked));
        // What counts failures, or what has come to guests, is first there with the first one.
        Assert.Empty(asked.Except(exported, StringComparer.Ordinal).Except(["sync_journal_commit_failures_total", "sync_save_latency_seconds_bucket"], StringComparer.Ordinal));
    }

    [Fact]
    public async Task MetricsGoToAnOtlpEndpoint()
    {
        var received = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await using var collector = builder.Build();
        collector.MapPost("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(new byte[5]);
            received.TrySetResult(body.ToArray());
        });
        await collector.StartAsync(Cancel);
        var address = collector.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var host = await RunningHost.StartAsync(otlp: new Uri(address));
        // What has not been sent goes out at the end.
        await host.DisposeAsync();
        Assert.Contains("sync.shares", Encoding.Latin1.GetString(await received.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel)), StringComparison.Ordinal);
    }

    /// <summary>As a scraper on the control socket gets it.</summary>
    private static async Task<string> ScrapeAsync(RunningHost host)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(host.Data, "control.sock")), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://host/metrics") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.SendAsync(request, Cancel);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    private static async Task<IHostShare> RealShareAsync(RunningHost host)
    {
        var root = Directory.CreateDirectory(Path.Combine(host.Data, "..", "real")).FullName;
        await File.WriteAllTextAsync(Path.Combine(root, "a"), "1", Cancel);
        var share = await HostShare.OpenAsync(
            new ReplicaOptions { Share = "real", Root = root, DataDirectory = Path.Combine(host.Data, "..", "real-index"), Logging = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance },
            new SharePolicy(),
            Cancel);
        Assert.Equal(FlushOutcome.Complete, (await share.FlushAsync(TimeSpan.FromSeconds(30), Cancel)).Outcome);
        return share;
    }

    private static IEnumerable<string> Expressions(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => p.Name is "expr" && p.Value.ValueKind == JsonValueKind.String ? [p.Value.GetString()!] : Expressions(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Expressions),
        _ => [],
    };

    /// <summary>Labels in the order of their names.</summary>
    private static string Sorted(string line)
    {
        var open = line.IndexOf('{', StringComparison.Ordinal);
        var close = line.LastIndexOf('}');
        return open < 0 || line[0] == '#' ? line : line[..(open + 1)] + string.Join(',', line[(open + 1)..close].Split(',').Order(StringComparer.Ordinal)) + line[close..];
    }

    [GeneratedRegex(@"^(?<name>[a-z_][a-z0-9_]*)[ {]", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Names();

    [GeneratedRegex(@"\b(sync|dotnet)_[a-z0-9_]+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Asked();
}
