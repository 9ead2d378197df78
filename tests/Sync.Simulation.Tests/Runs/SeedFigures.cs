using System.Globalization;
using System.Text.RegularExpressions;

namespace Sync.Simulation.Tests.Runs;

/// <summary>What a number of seeds were like, in sum: how long they took (milliseconds of one core, the start of the process included), what users and fate did in them,
/// things that happened, and paths that the host listed because nobody has their content.</summary>
internal sealed partial record SeedFigures(long Seeds, long Failed, double Milliseconds, double Acts, double Faults, double Events, long Unavailable)
{
    public static readonly SeedFigures None = new(0, 0, 0, 0, 0, 0, 0);

    public static SeedFigures operator +(SeedFigures a, SeedFigures b) =>
        new(a.Seeds + b.Seeds, a.Failed + b.Failed, a.Milliseconds + b.Milliseconds, a.Acts + b.Acts, a.Faults + b.Faults, a.Events + b.Events, a.Unavailable + b.Unavailable);

    /// <summary>Adds one run.</summary>
    public SeedFigures With(RunResult result, bool failed) => this with
    {
        Seeds = Seeds + 1,
        Failed = Failed + (failed ? 1 : 0),
        Acts = Acts + result.Acts,
        Faults = Faults + result.Faults,
        Events = Events + result.Events,
        Unavailable = Unavailable + result.Unavailable,
    };

    /// <summary>Reads what <see cref="ToString"/> has written; null if it is something else.</summary>
    public static SeedFigures? Parse(string line)
    {
        if (Line().Match(line) is not { Success: true } match) return null;
        var seeds = (long)Value("seeds");
        return new SeedFigures(seeds, (long)Value("failed"), Value("ms") * seeds, Value("acts") * seeds, Value("faults") * seeds, Value("events") * seeds, (long)Value("unavailable"));

        double Value(string group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    public override string ToString()
    {
        var each = Math.Max(1.0, Seeds);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Seeds} seeds, {Failed} failed; each {Milliseconds / each:F1} ms of a core, {Acts / each:F1} acts, {Faults / each:F2} faults, {Events / each:F0} events; {Unavailable} paths unavailable");
    }

    [GeneratedRegex("^(?<seeds>[0-9]+) seeds, (?<failed>[0-9]+) failed; each (?<ms>[0-9.]+) ms of a core, (?<acts>[0-9.]+) acts, (?<faults>[0-9.]+) faults, (?<events>[0-9]+) events; (?<unavailable>[0-9]+) paths unavailable$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Line();
}
