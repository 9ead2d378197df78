using System.CommandLine;
using Microsoft.Extensions.Logging;
using Sync.Shared.Logs;

namespace Sync.Shared.Commands;

/// <summary><c>--log LEVEL</c> of the agents.</summary>
internal static class LogOption
{
    public static Option<LogLevel> Create() => new("--log")
    {
        Description = "How much is logged on stderr: trace, debug, information (the usual), warning, error",
        HelpName = "LEVEL",
        CustomParser = result =>
        {
            if (LogLevelWords.TryParse(result.Tokens[0].Value, out var level) && level != LogLevel.Critical)
                return level;
            result.AddError($"'{result.Tokens[0].Value}' is not a level: trace, debug, information, warning or error.");
            return LogLevel.Information;
        },
    };
}
