using System.Globalization;

namespace Sync.Shared.Data;

/// <summary>Names of this machine's users, from passwd(5); users of other sources (LDAP) have none here.</summary>
internal static class UserNames
{
    private const string Source = "/etc/passwd";

    /// <summary>The name of a user's number; null if it is not listed.</summary>
    public static string? Of(uint number)
    {
        try
        {
            return Find(File.ReadLines(Source), number);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A machine without such a list: the number has to do.
            return null;
        }
    }

    /// <summary>The name of a number in the lines of such a file.</summary>
    internal static string? Find(IEnumerable<string> lines, uint number) => lines
        .Select(line => line.Split(':'))
        .FirstOrDefault(fields => fields.Length > 2 && fields[0].Length > 0 && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var listed) && listed == number)?[0];
}
