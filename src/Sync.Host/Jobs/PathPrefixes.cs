using Sync.Shared.Output;

namespace Sync.Host.Jobs;

/// <summary>The rule for a path that narrows a job to a part of its share.</summary>
internal static class PathPrefixes
{
    private const int Longest = 4096;

    /// <summary>The path without slashes at its ends; empty for all.</summary>
    /// <exception cref="CommandFailure">It is no path inside a share.</exception>
    public static string Check(string prefix)
    {
        if (prefix.Length == 0)
            return "";
        var trimmed = prefix.TrimEnd('/');
        if (prefix.Length > Longest || prefix.StartsWith('/') || prefix.Contains('\0', StringComparison.Ordinal)
            || trimmed.Split('/').Any(name => name is "" or "." or ".."))
        {
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(prefix)}' is no path inside a share; name one such as src/app");
        }

        return trimmed;
    }
}
