using System.Globalization;

namespace Sync.Bench.Latency;

/// <summary>What to measure.</summary>
internal sealed record Options
{
    /// <summary>Small files in the share before the guest joins.</summary>
    /// <value>Default 80,000: about a kernel tree.</value>
    public int Files { get; init; } = 80_000;

    /// <summary>Saves measured in each direction.</summary>
    /// <value>Default 200.</value>
    public int Saves { get; init; } = 200;

    /// <summary>Size of the file that is under way in the second half, in MB (10⁶).</summary>
    /// <value>Default 2,000; 0 leaves the second half out.</value>
    public int BulkMegabytes { get; init; } = 2_000;

    /// <summary>Where the directories are made.</summary>
    public string Scratch { get; init; } = Path.GetTempPath();

    /// <summary>The source tree, for the programs and the report.</summary>
    public string Root { get; init; } = SourceTree.Find();

    /// <summary>The report that is written.</summary>
    /// <value>Default <c>docs/benchmarks.md</c> in the source tree.</value>
    public string Report { get; init; } = Path.Combine(SourceTree.Find(), "docs", "benchmarks.md");

    /// <exception cref="FormatException">An unknown option, or no number where one is due.</exception>
    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
                throw new FormatException($"{arguments[i]} needs a value");
            var value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--files" => options with { Files = Number(value) },
                "--saves" => options with { Saves = Math.Max(1, Number(value)) },
                "--bulk-mb" => options with { BulkMegabytes = Number(value) },
                "--scratch" => options with { Scratch = Path.GetFullPath(value) },
                "--report" => options with { Report = Path.GetFullPath(value) },
                _ => throw new FormatException($"{arguments[i]} is none of --files --saves --bulk-mb --scratch --report"),
            };
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
