using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace Sync.Shared.Commands;

/// <summary><c>--log LEVEL</c> of the agents.</summary>
internal static class LogOption
{
    public static Option<LogLevel> Create() => new("--log")
    {
        Description = "How much is logged on stderr: trace, debug, information (the usual), warning, error",
        HelpName = "LEVEL",
        DefaultValueFactory = _ => LogLevel.Information,
        CustomParser = result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "trace": return LogLevel.Trace;
                case "debug": return LogLevel.Debug;
                case "info" or "information": return LogLevel.Information;
                case "warn" or "warning": return LogLevel.Warning;
                case "error": return LogLevel.Error;
                default:
                    result.AddError($"'{result.Tokens[0].Value}' is not a level: trace, debug, information, warning or error.");
                    return LogLevel.Information;
            }
        },
    };
}
