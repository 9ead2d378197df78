using System.Globalization;

namespace Sync.Simulation.Tests.Runs;

/// <summary>A command's arguments: those without a name first, then options, each once.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string?> _options = new(StringComparer.Ordinal);

    /// <summary>Takes them apart.</summary>
    /// <param name="args">As they came.</param>
    /// <param name="flags">Options without a value.</param>
    /// <param name="values">Options with one, as `--name=VALUE` or `--name VALUE`.</param>
    /// <exception cref="UsageException">There is no such option, or its value is missing.</exception>
    public Arguments(string[] args, string[] flags, string[] values)
    {
        var plain = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var parts = args[i].Split('=', 2);
            if (!parts[0].StartsWith('-')) plain.Add(args[i]);
            else if (parts[0] is "--help" or "-h") AsksForHelp = true;
            else if (parts.Length == 1 && flags.Contains(parts[0])) _options[parts[0]] = null;
            else if (!values.Contains(parts[0])) throw new UsageException($"There is no option '{args[i]}'.");
            else if (parts.Length == 2) _options[parts[0]] = parts[1];
            else if (++i < args.Length) _options[parts[0]] = args[i];
            else throw new UsageException($"'{parts[0]}' wants a value.");
        }

        Plain = plain;
    }

    /// <summary>Arguments that are no options.</summary>
    public IReadOnlyList<string> Plain { get; }

    public bool AsksForHelp { get; }

    public bool Has(string option) => _options.ContainsKey(option);

    public string? Value(string option) => _options.GetValueOrDefault(option);

    /// <summary>The numbers of an option whose value is a list; null without it.</summary>
    /// <exception cref="UsageException">Not numbers.</exception>
    public IReadOnlyList<int>? Numbers(string option) => Value(option)?.Split(',').Select(n => (int)Number(n, option, int.MaxValue)).ToArray();

    /// <summary>A number of a user's.</summary>
    /// <exception cref="UsageException">It is none, or too large.</exception>
    public static ulong Number(string text, string what, ulong most) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : throw new UsageException($"{what}: '{text}' is not a number up to {most}.");
}
