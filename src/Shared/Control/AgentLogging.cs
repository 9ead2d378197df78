using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Sync.Shared.Control;

/// <summary>Where an agent's log goes: stderr, one line a message, as a service manager likes it.</summary>
internal static class AgentLogging
{
    /// <summary>Configures logging with that least level; what the web server says about itself only from a warning up.</summary>
    public static void Configure(ILoggingBuilder logging, LogLevel least)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(least);
        logging.AddFilter("Microsoft", least > LogLevel.Warning ? least : LogLevel.Warning);
        // What keeps it from starting is told in one line by the command.
        logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logging.AddFilter("Grpc", least > LogLevel.Warning ? least : LogLevel.Warning);
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
