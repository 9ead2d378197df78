using System.Text.RegularExpressions;
using Xunit;

namespace Sync.Host.Tests;

public sealed partial class LogEventTests
{
    [Fact]
    public void EventNumbersAreUsedOnce()
    {
        var used = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(path => Event().Matches(File.ReadAllText(path)).Select(m => (Number: m.Groups["number"].Value, Path: path)))
            .ToList();
        Assert.True(used.Count > 10, "the pattern does not find them");
        Assert.Empty(used.GroupBy(u => u.Number, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(u => Path.GetFileName(u.Path)))}"));
    }

    [GeneratedRegex(@"EventId = (?<number>\d+)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Event();
}
