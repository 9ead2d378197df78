using System.Buffers;
using Sync.Shared.Output;

namespace Sync.Host.Registry;

/// <summary>The rule for names of shares and guests: they appear in command lines, file names and messages.</summary>
internal static class ShareName
{
    private const int Longest = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Whether it is one.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= Longest && name[0] is not ('.' or '-') && !name.AsSpan().ContainsAnyExcept(Allowed);

    /// <exception cref="CommandFailure">It is none.</exception>
    public static void Check(string name)
    {
        if (!IsValid(name))
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(name)}' is no name for a share: use 1 to {Longest} of A-Z a-z 0-9 . _ - and begin with a letter or digit");
    }

    /// <summary>A guest's name as near to what it proposed as the rule allows, and unlike those that are taken.</summary>
    public static string ForGuest(string proposed, Func<string, bool> taken)
    {
        var chars = proposed.Length > Longest - 4 ? proposed[..(Longest - 4)].ToCharArray() : proposed.ToCharArray();
        for (var i = 0; i < chars.Length; i++)
        {
            if (!Allowed.Contains(chars[i]))
                chars[i] = '-';
        }

        var name = new string(chars).TrimStart('.', '-');
        if (name.Length == 0)
            name = "guest";
        // "conflicts resolve --keep" gives these two a meaning.
        var candidate = name is "host" or "both" ? name + "-2" : name;
        for (var number = 2; taken(candidate); number++)
            candidate = FormattableString.Invariant($"{name}-{number}");
        return candidate;
    }
}
