using System.Globalization;
using Sync.Engine.Model;
using Sync.Protocol.Control;
using Sync.Shared.Logs;
using Sync.Shared.Output;
using Sync.Shared.Rates;

namespace Sync.Shared.Settings;

/// <summary>Whether a text is what a setting's kind asks for. Pure.</summary>
internal static class SettingText
{
    /// <summary>What is wrong with it; null: nothing.</summary>
    public static string? Fault(SettingKind kind, string text) => IsValid(kind, text) ? null : $"'{text}' is not {Wanted(kind)}";

    /// <summary>What a kind asks for, for messages.</summary>
    public static string Wanted(SettingKind kind) => kind switch
    {
        SettingKind.File => "a file's path",
        SettingKind.Level => "a log level: trace, debug, information, warning or error",
        SettingKind.Listen => ListenText.Wanted,
        SettingKind.Endpoint => "ADDR:PORT, such as 0.0.0.0:7443 or [::]:7443",
        SettingKind.Rate => "bytes a second, such as 500K, 20M or 0 (no limit); at least 1K",
        SettingKind.TimeOfDay => "a time of day, HH:MM",
        SettingKind.Days => "days: daily, or such as mon-fri, or sat sun",
        SettingKind.Url => "a URL, http:// or https://",
        SettingKind.Direction => "a direction: two-way, to-guest, to-host or mirror",
        SettingKind.Conflicts => "a conflict policy: keep-both, host-wins, guest-wins or newest-wins",
        SettingKind.Percent => "a number from 0 to 100",
        SettingKind.Count => "a number from 0 on",
        SettingKind.Size => "a size, such as 64M or 10G",
        _ => "a text",
    };

    private static bool IsValid(SettingKind kind, string text) => kind switch
    {
        SettingKind.File => text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal),
        SettingKind.Level => LogLevelWords.TryParse(text, out _),
        SettingKind.Listen => ListenText.TryParseAll(text, out _),
        SettingKind.Endpoint => EndpointText.TryParse(text, out _),
        SettingKind.Rate => RateText.TryParse(text, out _),
        SettingKind.TimeOfDay => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        SettingKind.Days => WeekDays.TryParse(text, out _),
        SettingKind.Url => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
        SettingKind.Direction => ReplicaWords.TryParseGuest(text, out SyncDirection _),
        SettingKind.Conflicts => ReplicaWords.TryParse(text, out ConflictPolicy _),
        SettingKind.Percent => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100,
        SettingKind.Count => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        SettingKind.Size => Quantity.TryParseBytes(text, out _),
        _ => true,
    };
}
