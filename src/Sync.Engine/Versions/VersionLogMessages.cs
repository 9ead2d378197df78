using Microsoft.Extensions.Logging;
using Sync.Engine.Files;

namespace Sync.Engine.Versions;

/// <summary>The version store's log messages. Event ids 3200–3299.</summary>
internal static partial class VersionLogMessages
{
    [LoggerMessage(3200, LogLevel.Warning, "The version {Id} could not be removed ({Error}); the next sweep tries again.")]
    public static partial void NotRemoved(ILogger logger, string id, FsError error);

    [LoggerMessage(3201, LogLevel.Warning, "The version log could not be compacted ({Error}); the next sweep tries again.")]
    public static partial void NotCompacted(ILogger logger, FsError error);
}
