using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Sync.Shared.Logs;
using Sync.Shared.Output;
using Sync.Shared.Rates;

namespace Sync.Shared.Settings;

/// <summary>Settings in force, checked. Immutable.</summary>
internal sealed class AgentSettings
{
    private readonly SortedDictionary<string, SettingValue> _values;

    /// <param name="values">By key; each fits its definition.</param>
    public AgentSettings(SortedDictionary<string, SettingValue> values)
    {
        _values = values;
        LogLevel = LogLevelWords.TryParse(Text(SettingDefinitions.LogLevel) ?? "", out var level) ? level : LogLevel.Information;
        Rates = ReadRates();
    }

    /// <summary>All, by key.</summary>
    public IReadOnlyCollection<SettingValue> Values => _values.Values;

    public LogLevel LogLevel { get; }

    public RatePlan Rates { get; }

    /// <summary>Where to listen; null in a guest.</summary>
    public IReadOnlyList<EndPoint>? Listen => ListenText.TryParseAll(Text(SettingDefinitions.Listen) ?? "", out var endpoints) ? endpoints : null;

    /// <summary>Where the API and the dashboard answer; null: nowhere.</summary>
    public IPEndPoint? Api => EndpointText.TryParse(Text(SettingDefinitions.Api) ?? "", out var endpoint) ? endpoint : null;

    /// <summary>The API's certificate and key, as a PEM file; null: the host's own identity.</summary>
    public string? ApiCertificate => Text(SettingDefinitions.ApiCertificate);

    /// <summary>Where metrics are sent; null: nowhere.</summary>
    public Uri? OtlpEndpoint => Text(SettingDefinitions.OtlpEndpoint) is { } url ? new Uri(url) : null;

    /// <summary>In a guest, the patterns of files that have CRLF, in their order.</summary>
    public IReadOnlyList<string> CrlfPatterns => [.. _values.Values.Where(v => v.Key.StartsWith(SettingDefinitions.Crlf + ":", StringComparison.Ordinal))
        .OrderBy(v => int.Parse(v.Key.AsSpan(SettingDefinitions.Crlf.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture)).Select(v => v.Text)];

    /// <summary>A setting's text; null where it is not set.</summary>
    public string? Text(string key) => _values.GetValueOrDefault(key)?.Text;

    private RatePlan ReadRates()
    {
        var guests = _values.Keys.Where(k => k.StartsWith("rates:guests:", StringComparison.Ordinal)).Select(k => k.Split(':')[2]).Distinct(StringComparer.Ordinal)
            .ToDictionary(name => name, name => new RatePair(Rate($"rates:guests:{name}:up"), Rate($"rates:guests:{name}:down")), StringComparer.Ordinal);
        var windows = _values.Keys.Where(k => k.StartsWith("rates:schedule:", StringComparison.Ordinal)).Select(k => k.Split(':')[2]).Distinct(StringComparer.Ordinal)
            .OrderBy(n => int.Parse(n, CultureInfo.InvariantCulture)).Select(n => ReadWindow($"rates:schedule:{n}:")).ToList();
        return new RatePlan { All = new RatePair(Rate("rates:up"), Rate("rates:down")), Guests = guests, Windows = windows };
    }

    private RateWindow ReadWindow(string prefix)
    {
        _ = WeekDays.TryParse(Text(prefix + "days") ?? "daily", out var days);
        return new RateWindow(days, Time(prefix + "from"), Time(prefix + "to"), Text(prefix + "guest"), Rate(prefix + "up"), Rate(prefix + "down"));
    }

    private TimeOnly Time(string key) => Text(key) is { } text ? TimeOnly.ParseExact(text, "HH:mm", CultureInfo.InvariantCulture) : TimeOnly.MinValue;

    private long? Rate(string key) => Text(key) is { } text && RateText.TryParse(text, out var rate) ? rate : null;
}
