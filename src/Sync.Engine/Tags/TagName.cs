using System.Buffers;

namespace Sync.Engine.Tags;

/// <summary>The rule for names of tags: they are names of files too, and stand where a revision may stand.</summary>
public static class TagName
{
    /// <summary>The most characters.</summary>
    public const int Longest = 64;

    /// <summary>The rule, for messages.</summary>
    public const string Rule = "use 1 to 64 of A-Z a-z 0-9 . _ -, begin with a letter or digit, and choose none that reads as a revision (42, r42)";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>Whether it is one.</summary>
    public static bool IsValid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= Longest && name[0] is not ('.' or '-' or '_') && !name.AsSpan().ContainsAnyExcept(Allowed) && !TryParseRevision(name, out _);
    }

    /// <summary>Reads a revision as a person types it: <c>42</c> or <c>r42</c>.</summary>
    public static bool TryParseRevision(string text, out Model.Revision revision)
    {
        ArgumentNullException.ThrowIfNull(text);
        var digits = text.AsSpan(text.StartsWith('r') ? 1 : 0);
        var isOne = long.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value);
        revision = new Model.Revision(value);
        // More digits than a revision can have would be a name that looks like one.
        return isOne || (digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9'));
    }
}
