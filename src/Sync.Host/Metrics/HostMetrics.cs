using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Sync.Engine.Journal;
using Sync.Shared.Control;
using Sync.Shared.Replicas;

namespace Sync.Host.Metrics;

/// <summary>Collects what is measured: for Prometheus when it asks, and to an OTLP endpoint once a minute where one is set.</summary>
internal sealed class HostMetrics : IMetricsText, IDisposable
{
    // The library makes room for all series of an instrument beforehand, 90 bytes each: with 20,000 for each of them that was 32 MB. Those beyond are summed up as one.
    private const int MostOfGuests = 5000;
    private const int MostOfShares = 1000;
    private const int MostOfProcess = 100;
    private const int CollectPatienceMs = 5_000;

    private readonly HostMeter _meter;
    private readonly MeterProvider _provider;
    private readonly PrometheusText _text = new();
    private readonly BaseExportingMetricReader _reader;
    private readonly Lock _collecting = new();

    /// <param name="replicas">The shares.</param>
    /// <param name="otlp">Where to send metrics; null: nowhere.</param>
    public HostMetrics(IReplicaSet replicas, Uri? otlp)
    {
        _meter = new HostMeter(replicas);
        _reader = new BaseExportingMetricReader(_text) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("sync-host", serviceVersion: Program.Version, serviceInstanceId: Environment.MachineName))
            .AddMeter(HostMeter.Name, JournalMetrics.Meter, "System.Runtime")
            .AddView(instrument => new MetricStreamConfiguration { CardinalityLimit = MostSeries(instrument) })
            .AddReader(_reader);
        if (otlp is not null)
            builder.AddOtlpExporter(options => options.Endpoint = EndpointOf(otlp, options.Protocol));
        _provider = builder.Build();
    }

    /// <inheritdoc/>
    public string Collect()
    {
        lock (_collecting)
        {
            _reader.Collect(CollectPatienceMs);
            return _text.Text;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _provider.Dispose();
        _meter.Dispose();
    }

    private static int MostSeries(Instrument instrument) =>
        instrument.Meter.Name is not (HostMeter.Name or JournalMetrics.Meter) ? MostOfProcess
        : instrument.Name.StartsWith(HostMeter.GuestPrefix, StringComparison.Ordinal) ? MostOfGuests : MostOfShares;

    /// <summary>By HTTP an endpoint names the collector, and metrics have their own path there.</summary>
    private static Uri EndpointOf(Uri endpoint, OtlpExportProtocol protocol) =>
        protocol == OtlpExportProtocol.HttpProtobuf && !endpoint.AbsolutePath.EndsWith("/v1/metrics", StringComparison.Ordinal)
            ? new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/v1/metrics")
            : endpoint;
}
