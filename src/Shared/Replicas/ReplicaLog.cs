using Microsoft.Extensions.Logging;

namespace Sync.Shared.Replicas;

/// <summary>What the agents log about their replicas.</summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "Share {Share} at {Path} cannot start: {Reason}")]
    public static partial void CannotStart(ILogger log, string share, string path, string reason);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Error, Message = "Share {Share} at {Path} failed to start")]
    public static partial void StartFailed(ILogger log, Exception error, string share, string path);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Debug, Message = "Share {Share} is tried again in {Pause}")]
    public static partial void Retrying(ILogger log, string share, TimeSpan pause);
}
