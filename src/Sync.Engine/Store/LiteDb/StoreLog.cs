using Microsoft.Extensions.Logging;

namespace Sync.Engine.Store.LiteDb;

/// <summary>The store's log messages. Event ids 3100–3199.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(3100, LogLevel.Error, "The index '{Path}' could not be read and was set aside as '{Aside}'; it is built again from the disk.")]
    public static partial void WasSetAside(ILogger logger, string path, string aside, Exception error);

    [LoggerMessage(3101, LogLevel.Warning, "The index '{Path}' could not be opened again to give memory back; the next commit tries it.")]
    public static partial void NotReopened(ILogger logger, string path, Exception error);
}
