using Microsoft.Extensions.Logging;

namespace Sync.Shared.Logs;

/// <summary>The words for log levels, in options, settings and log lines.</summary>
internal static class LogLevelWords
{
    /// <summary>Those that may be asked for.</summary>
    public static readonly string[] All = ["trace", "debug", "information", "warning", "error"];

    public static string Of(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };

    public static bool TryParse(string word, out LogLevel level)
    {
        LogLevel? found = word switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "info" or "information" => LogLevel.Information,
            "warn" or "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            "critical" => LogLevel.Critical,
            _ => null,
        };
        level = found ?? LogLevel.Information;
        return found is not null;
    }
}
