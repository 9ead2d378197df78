using Microsoft.Extensions.Logging;

namespace Sync.Shared.Settings;

/// <summary>What is logged of settings.</summary>
internal static partial class SettingsLog
{
    [LoggerMessage(EventId = 4501, Level = LogLevel.Information, Message = "Setting {Key}: {From} → {To}")]
    public static partial void Changed(ILogger log, string key, string from, string to);

    [LoggerMessage(EventId = 4502, Level = LogLevel.Warning, Message = "Setting {Key}: {From} → {To}, in force from the next start on")]
    public static partial void FromNextStart(ILogger log, string key, string from, string to);

    [LoggerMessage(EventId = 4503, Level = LogLevel.Error, Message = "The settings are not used, those from before hold on: {Faults}")]
    public static partial void NotUsed(ILogger log, string faults);
}
