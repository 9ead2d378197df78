using System.CommandLine;
using Sync.Engine.Model;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary>Options that several commands have, so that they are spelt and read alike.</summary>
internal static class CommonOptions
{
    public static Option<string> Share(bool recursive = false) => new("--share")
    {
        Description = "Only this share (its name, or a replica's directory); without it, all",
        HelpName = "NAME",
        Recursive = recursive,
        DefaultValueFactory = _ => "",
    };

    public static Option<bool> Json(bool recursive = false) => new("--json")
    {
        Description = "As JSON on stdout",
        Recursive = recursive,
    };

    /// <summary>Only what is younger than this; null: all.</summary>
    public static Option<TimeSpan?> Since() => new("--since")
    {
        Description = "Only what is younger, such as 10m, 1h or 7d",
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (Quantity.TryParseTime(result.Tokens[0].Value, out var time))
                return time;
            result.AddError($"'{result.Tokens[0].Value}' is not a length of time such as 60s, 10m, 1h or 30d.");
            return null;
        },
    };

    /// <summary>Only the newest so many.</summary>
    public static Option<int> Lines(int usual)
    {
        var option = new Option<int>("--lines") { Description = FormattableString.Invariant($"Only the newest so many ({usual})"), HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
                result.AddError("--lines takes a number from 1 on.");
        });
        return option;
    }

    /// <summary>A direction's word, checked; null where it is not given.</summary>
    public static Option<string?> Direction(string description, params string[] more)
    {
        var option = new Option<string?>("--direction") { Description = description, HelpName = "two-way|to-guest|to-host|mirror" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } word && !ReplicaWords.TryParseGuest(word, out SyncDirection _) && !more.Contains(word, StringComparer.Ordinal))
                result.AddError($"'{word}' is not a direction: two-way, to-guest, to-host or mirror.");
        });
        return option;
    }

    /// <summary>A conflict policy's word, checked; null where it is not given.</summary>
    public static Option<string?> Conflicts(string description, params string[] more)
    {
        var option = new Option<string?>("--conflicts") { Description = description, HelpName = "keep-both|host-wins|guest-wins|newest-wins" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } word && !ReplicaWords.TryParse(word, out ConflictPolicy _) && !more.Contains(word, StringComparer.Ordinal))
                result.AddError($"'{word}' is not a conflict policy: keep-both, host-wins, guest-wins or newest-wins.");
        });
        return option;
    }
}
