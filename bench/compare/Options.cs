using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>What to measure.</summary>
internal sealed record Options
{
    private const int QuickFiles = 8_000;

    /// <summary>Smaller works, one run, rsync only.</summary>
    public bool Quick { get; init; }

    /// <summary>The works to do.</summary>
    /// <value>Default: all.</value>
    public IReadOnlySet<Work> Only { get; init; } = Enum.GetValues<Work>().ToHashSet();

    /// <summary>Whom to compare with.</summary>
    /// <value>Default: all; with <c>--quick</c>, rsync.</value>
    public IReadOnlySet<string> With { get; init; } = Tool.Others.ToHashSet(StringComparer.Ordinal);

    /// <summary>Timed runs of each work by each tool. Bytes are counted in one run more.</summary>
    /// <value>Default 3; with <c>--quick</c>, 1.</value>
    public int Runs { get; init; } = 3;

    /// <summary>Whether the directories stay.</summary>
    public bool Keep { get; init; }

    /// <summary>Where the directories are made, and source trees kept from one invocation to the next.</summary>
    public string Directory { get; init; } = Path.Combine(Path.GetTempPath(), "sync-compare");

    /// <summary>Saves in each <see cref="Compare.Work.Save"/> measurement.</summary>
    public int Saves => Quick ? 60 : 200;

    /// <summary>Files of the source tree; 0 for all.</summary>
    public int TreeFiles => Quick ? QuickFiles : 0;

    /// <summary>Bytes of the file that is edited.</summary>
    public long EditedBytes => Quick ? 128L << 20 : 1L << 30;

    /// <summary>Bytes of the file that is copied the first time.</summary>
    public long RandomBytes => Quick ? 256_000_000 : 2_000_000_000;

    public bool Includes(params ReadOnlySpan<Work> works)
    {
        foreach (var work in works)
        {
            if (Only.Contains(work))
                return true;
        }

        return false;
    }

    /// <exception cref="FormatException">An unknown option or name, or no number where one is due.</exception>
    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        var options = arguments.Contains("--quick")
            ? new Options { Quick = true, Runs = 1, With = new HashSet<string>(StringComparer.Ordinal) { Tool.Rsync } }
            : new Options();
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (name is "--quick" or "--keep")
            {
                options = name is "--keep" ? options with { Keep = true } : options;
                continue;
            }

            var value = ++i < arguments.Length ? arguments[i] : throw new FormatException($"{name} needs a value");
            options = name switch
            {
                "--only" => options with { Only = value.Split(',').Select(NamedWork).ToHashSet() },
                "--with" => options with { With = value.Split(',').Select(NamedTool).ToHashSet(StringComparer.Ordinal) },
                "--runs" => options with { Runs = Math.Max(1, int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)) },
                "--work" => options with { Directory = Path.GetFullPath(value) },
                _ => throw new FormatException($"{name} is none of --quick --only --with --runs --keep --work"),
            };
        }

        return options;
    }

    private static Work NamedWork(string name) => Enum.TryParse<Work>(name, ignoreCase: true, out var work) && Enum.IsDefined(work)
        ? work
        : throw new FormatException($"'{name}' is none of {string.Join(',', Enum.GetNames<Work>()).ToLowerInvariant()}");

    private static string NamedTool(string name) => Tool.Others.Contains(name, StringComparer.Ordinal)
        ? name
        : throw new FormatException($"'{name}' is none of {string.Join(',', Tool.Others)}");
}
