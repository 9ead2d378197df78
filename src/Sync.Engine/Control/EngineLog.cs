using Microsoft.Extensions.Logging;

namespace Sync.Engine.Control;

/// <summary>The engine's log messages; event ids 1000–1999.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1000, LogLevel.Warning, "{Share}: watches have run out at '{Path}': it is polled. Raise fs.inotify.max_user_watches.")]
    public static partial void LogWatchLimit(this ILogger log, string share, string path);

    [LoggerMessage(1001, LogLevel.Error, "{Share}: a defect; the replica goes on.")]
    public static partial void LogDefect(this ILogger log, Exception exception, string share);

    [LoggerMessage(1002, LogLevel.Information, "{Share}: linked to the host, epoch {Epoch}, revision {Revision}.")]
    public static partial void LogLinked(this ILogger log, string share, ulong epoch, long revision);

    [LoggerMessage(1003, LogLevel.Warning, "{Share}: no link to the host: {Reason}")]
    public static partial void LogUnlinked(this ILogger log, string share, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "{Share}: halted: {Reason}")]
    public static partial void LogHalted(this ILogger log, string share, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "{Share}: '{Path}' could not be put in place: {Error}")]
    public static partial void LogNotPlaced(this ILogger log, string share, string path, string error);

    [LoggerMessage(1006, LogLevel.Warning, "{Share}: {Message}")]
    public static partial void LogNotice(this ILogger log, string share, string message);

    [LoggerMessage(1007, LogLevel.Debug, "{Share}: '{Path}' changed while it was replaced; the change is kept and the plan made anew.")]
    public static partial void LogRaced(this ILogger log, string share, string path);

    [LoggerMessage(1008, LogLevel.Information, "{Share}: {Files} files ({Bytes} bytes) are wanting: they are brought together.")]
    public static partial void LogFilling(this ILogger log, string share, int files, long bytes);

    [LoggerMessage(1009, LogLevel.Information, "{Share}: {Entries} of what was to be brought together come one by one: {Reason}")]
    public static partial void LogFillingEnded(this ILogger log, string share, int entries, string reason);
}
