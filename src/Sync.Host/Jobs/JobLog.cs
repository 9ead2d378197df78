using Microsoft.Extensions.Logging;

namespace Sync.Host.Jobs;

/// <summary>What jobs log; event ids 4200–4299.</summary>
internal static partial class JobLog
{
    [LoggerMessage(EventId = 4200, Level = LogLevel.Warning, Message = "The job in {Path} cannot be understood; it is left where it is")]
    public static partial void NotUnderstood(ILogger log, Exception error, string path);

    [LoggerMessage(EventId = 4201, Level = LogLevel.Error, Message = "Job {Id} failed by a defect")]
    public static partial void Defect(ILogger log, Exception error, string id);

    [LoggerMessage(EventId = 4202, Level = LogLevel.Error, Message = "Job {Id} could not be saved")]
    public static partial void NotSaved(ILogger log, Exception error, string id);
}
