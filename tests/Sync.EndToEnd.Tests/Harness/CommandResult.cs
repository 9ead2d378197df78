using System.Text.Json;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>How a command ended.</summary>
internal sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Its JSON, for `--json`.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Asserts the exit code, and shows all that was said if it is another.</summary>
    public CommandResult Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"expected exit code {exitCode}\n{this}");
        return this;
    }

    /// <summary>Asserts that it failed with this code and one clear line that names all of these.</summary>
    public CommandResult ExpectError(int exitCode, params string[] words)
    {
        Expect(exitCode);
        string[] lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= 1, $"nothing on stderr\n{this}");
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        foreach (string word in words)
            Assert.Contains(word, Error, StringComparison.OrdinalIgnoreCase);
        return this;
    }

    /// <summary>As <see cref="ExpectError"/>, and that stderr is one line, or two where the second is a hint.</summary>
    public CommandResult ExpectLine(int exitCode, params string[] words)
    {
        ExpectError(exitCode, words);
        Assert.True(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length <= 2, $"more than a line and a hint\n{this}");
        Assert.True(Output.Length == 0, $"something on stdout\n{this}");
        return this;
    }

    public override string ToString() => $"$ {Command}\nexit code {ExitCode}\nstdout:\n{Output}\nstderr:\n{Error}";
}
