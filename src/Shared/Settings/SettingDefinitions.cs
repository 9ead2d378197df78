namespace Sync.Shared.Settings;

/// <summary>All settings of a program. Scripts and files rely on the keys: add, never rename.</summary>
internal static class SettingDefinitions
{
    public const string Listen = "listen";
    public const string Api = "api";
    public const string ApiCertificate = "apiCertificate";
    public const string LogLevel = "logLevel";
    public const string Crlf = "lineEndings:crlf";
    public const string OtlpEndpoint = "metrics:otlpEndpoint";

    private static readonly SettingDefinition[] Both =
    [
        new(LogLevel, SettingKind.Level, "information", true, "How much is logged: trace, debug, information, warning or error"),
        new("rates:up", SettingKind.Rate, "0", true, "Bytes a second that this machine sends, all peers together, such as 20M; 0: no limit"),
        new("rates:down", SettingKind.Rate, "0", true, "Bytes a second that this machine receives, all peers together; 0: no limit"),
        new("rates:schedule:#:days", SettingKind.Days, "daily", true, "On which days: daily, or such as mon-fri, or sat sun; of a time over midnight, the day on which it begins"),
        new("rates:schedule:#:from", SettingKind.TimeOfDay, "00:00", true, "From when on, HH:MM, this machine's local time"),
        new("rates:schedule:#:to", SettingKind.TimeOfDay, "00:00", true, "Until when, HH:MM; before or at from: on the next day"),
        new("rates:schedule:#:up", SettingKind.Rate, null, true, "Instead of rates:up at that time"),
        new("rates:schedule:#:down", SettingKind.Rate, null, true, "Instead of rates:down at that time"),
    ];

    /// <summary>Those of sync-host.</summary>
    public static readonly IReadOnlyList<SettingDefinition> Host =
    [
        new(Listen, SettingKind.Listen, "0.0.0.0:7443", false, "Where guests reach this host: ADDR:PORT (port 0 takes a free one), unix:PATH, serial:PATH or vsock:PORT; several are divided by commas"),
        new(Api, SettingKind.Endpoint, null, false, "Where the API and the dashboard answer, by HTTPS: ADDR:PORT; without: only the local user's commands reach this host"),
        new(ApiCertificate, SettingKind.File, null, false, "A PEM file with certificate and key for the API, instead of the host's own identity; a path from the data directory on"),
        .. Both,
        new("rates:guests:*:up", SettingKind.Rate, "0", true, "Bytes a second to the guest of this name"),
        new("rates:guests:*:down", SettingKind.Rate, "0", true, "Bytes a second from the guest of this name"),
        new("rates:schedule:#:guest", SettingKind.Text, null, true, "The guest whose rates these are at that time; without: those of all together"),
        new(OtlpEndpoint, SettingKind.Url, null, false, "Where metrics are sent by OTLP; also OTEL_EXPORTER_OTLP_ENDPOINT"),
        new("policy:direction", SettingKind.Direction, "two-way", true, "Of shares that are added from now on, where 'share add' does not say"),
        new("policy:conflicts", SettingKind.Conflicts, "keep-both", true, "Of shares that are added from now on"),
        new("policy:maxDelete", SettingKind.Percent, "50", true, "Of shares that are added from now on"),
        new("policy:minFree", SettingKind.Size, "64M", true, "Of shares that are added from now on"),
        new("policy:versionDays", SettingKind.Count, "30", true, "Of shares that are added from now on"),
        new("policy:versionPercent", SettingKind.Percent, "10", true, "Of shares that are added from now on"),
    ];

    /// <summary>Those of sync-guest.</summary>
    public static readonly IReadOnlyList<SettingDefinition> Guest =
    [
        .. Both,
        new(Crlf + ":#", SettingKind.Text, null, true, "A pattern as in ignore files: text files that match have CRLF in the joined directories, and LF in the share"),
    ];

    /// <summary>Those of a program.</summary>
    public static IReadOnlyList<SettingDefinition> Of(string program) => program is "sync-host" ? Host : Guest;
}
