using System.CommandLine;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary>A length of time, written as people do (500ms, 60s, 10m, 1h, 30d). Its description tells the usual one, which <c>--help</c> would otherwise tell as 1.00:00:00.</summary>
internal sealed class TimeOption : Option<TimeSpan?>
{
    private readonly TimeSpan _usual;

    /// <param name="name">With its dashes.</param>
    /// <param name="description">With the usual length in brackets.</param>
    /// <param name="usual">Where it is not given.</param>
    public TimeOption(string name, string description, TimeSpan usual)
        : base(name)
    {
        _usual = usual;
        Description = description;
        HelpName = "TIME";
        CustomParser = result =>
        {
            if (Quantity.TryParseTime(result.Tokens[0].Value, out var time))
                return time;
            result.AddError($"'{result.Tokens[0].Value}' is not a length of time such as 500ms, 60s, 10m, 1h or 30d.");
            return null;
        };
    }

    /// <summary>What was asked for, or the usual.</summary>
    public TimeSpan Of(ParseResult parsed) => parsed.GetValue(this) ?? _usual;
}
