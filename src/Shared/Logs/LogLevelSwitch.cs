using Microsoft.Extensions.Logging;

namespace Sync.Shared.Logs;

/// <summary>The least level that is logged, which may change while the agent runs.</summary>
internal sealed class LogLevelSwitch(LogLevel least)
{
    private volatile int _least = (int)least;

    public LogLevel Least
    {
        get => (LogLevel)_least;
        set => _least = (int)value;
    }

    /// <summary>Whether a message is logged; what the web server and its libraries say about themselves only from a warning up.</summary>
    public bool Allows(string? category, LogLevel level)
    {
        if (category is null || IsOwn(category))
            return level >= Least;
        // What keeps the web server from starting is told in one line by the command.
        return !category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal) && level >= Least && level >= LogLevel.Warning;
    }

    private static bool IsOwn(string category) =>
        !category.StartsWith("Microsoft", StringComparison.Ordinal) && !category.StartsWith("Grpc", StringComparison.Ordinal);
}
