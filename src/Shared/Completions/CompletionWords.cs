using System.Buffers;
using System.CommandLine;
using System.CommandLine.Completions;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Shared.Completions;

/// <summary>What values options and arguments suggest, beside the commands and options that the command line knows by itself.</summary>
internal static class CompletionWords
{
    // What a shell takes as it is. Names of shares come from another machine.
    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    private static readonly Dictionary<string, string[]> Fixed = new(StringComparer.Ordinal)
    {
        ["--direction"] = ["two-way", "to-guest", "to-host", "mirror"],
        ["--conflicts"] = ["keep-both", "host-wins", "guest-wins", "newest-wins"],
        ["--log"] = ["trace", "debug", "information", "warning", "error"],
    };

    /// <summary>Adds them to a whole command line.</summary>
    /// <param name="host">It.</param>
    /// <param name="names">Reads the names that are configured.</param>
    public static void AddTo(CommandLineHost host, Func<DataDirectory, CompletionNames> names) => AddTo(host.Root, host, names);

    private static void AddTo(Command command, CommandLineHost host, Func<DataDirectory, CompletionNames> names)
    {
        foreach (var option in command.Options)
        {
            if (Fixed.TryGetValue(option.Name, out var words))
                option.CompletionSources.Add(words);
            else if (option.Name is "--share")
                option.CompletionSources.Add(context => Names(host, context, names).Shares);
            else if (option.Name is "--guest")
                option.CompletionSources.Add(context => Names(host, context, names).Guests);
            else if (option.Name is "--keep" && option.ValueType == typeof(string))
                option.CompletionSources.Add(context => ["host", "both", .. Names(host, context, names).Guests]);
        }

        foreach (var argument in command.Arguments.Where(a => a.Name is "NAME"))
        {
            if (command.Parents.Any(p => p.Name is "share") && command.Name is not "add")
                argument.CompletionSources.Add(context => Names(host, context, names).Shares);
            else if (command.Parents.Any(p => p.Name is "guest"))
                argument.CompletionSources.Add(context => Names(host, context, names).Guests);
        }

        foreach (var below in command.Subcommands)
            AddTo(below, host, names);
    }

    private static CompletionNames Names(CommandLineHost host, CompletionContext context, Func<DataDirectory, CompletionNames> names)
    {
        try
        {
            var all = names(host.Locate(context.ParseResult));
            return new CompletionNames([.. all.Shares.Where(IsPlain)], [.. all.Guests.Where(IsPlain)]);
        }
        catch (CommandFailure)
        {
            // A configuration that cannot be read is told by the command itself, not by the key that completes it.
            return new CompletionNames([], []);
        }
    }

    private static bool IsPlain(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(Plain);
}
