using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Sync.Shared.Logs;

namespace Sync.Shared.Control;

/// <summary>Where an agent's log goes: stderr, one line a message, as a service manager likes it; and files in the data directory.</summary>
/// <param name="Level">The least level that is logged.</param>
/// <param name="File">The files.</param>
internal sealed record AgentLogging(LogLevelSwitch Level, LogFileProvider File)
{
    /// <summary>Configures one of the process's logger factories.</summary>
    public void Configure(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddFilter(Level.Allows);
        logging.AddProvider(File);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
