using System.Text.RegularExpressions;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>The shell steps of a CI system's file, in order, as that system hands them to its shell; and the variables that the file sets.</summary>
/// <param name="Shell">The shell and its options, to which a step is added as the last argument.</param>
/// <param name="Steps">What is run.</param>
/// <param name="Variables">As written: the system's own expressions are for the caller to fill in.</param>
internal sealed partial record CiSteps(IReadOnlyList<string> Shell, IReadOnlyList<string> Steps, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>A declarative Jenkins pipeline: <c>sh '''…'''</c>, where Groovy makes a backslash of two; <c>sh</c> runs it with -xe.</summary>
    public static CiSteps OfJenkins(string text) => new(
        ["sh", "-xec"],
        [.. JenkinsStep().Matches(text).Select(m => m.Groups["text"].Value.Replace(@"\\", @"\", StringComparison.Ordinal))],
        JenkinsVariable().Matches(text).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["text"].Value, StringComparer.Ordinal));

    /// <summary>A GitHub workflow: the block of each <c>run:</c>, by the shell that the runner uses where none is named.</summary>
    public static CiSteps OfGitHub(string text) => new(["bash", "-ec"], [.. Blocks(text, "run: |")], VariablesOf(text));

    /// <summary>A GitLab job: the items of <c>script:</c>, which are one script to the runner.</summary>
    public static CiSteps OfGitLab(string text)
    {
        string script = text[(text.IndexOf("  script:\n", StringComparison.Ordinal) + 10)..text.IndexOf("  after_script:\n", StringComparison.Ordinal)];
        var steps = new List<string>();
        string[] lines = script.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i] == "    - |")
                steps.Add(Blocks(string.Join('\n', lines[i..]), "- |").First());
            else if (lines[i].StartsWith("    - ", StringComparison.Ordinal))
                steps.Add(lines[i][6..]);
        }

        return new CiSteps(["bash", "-eo", "pipefail", "-c"], [string.Join('\n', steps)], VariablesOf(text));
    }

    private static Dictionary<string, string> VariablesOf(string text) =>
        YamlVariable().Matches(text).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["text"].Value, StringComparer.Ordinal);

    /// <summary>YAML's literal blocks behind a key: the lines that are further in than it.</summary>
    private static IEnumerable<string> Blocks(string text, string key)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() != key)
                continue;
            int indent = Indent(lines[i]);
            yield return string.Join('\n', lines.Skip(i + 1).TakeWhile(line => line.Length == 0 || Indent(line) > indent).Select(line => line.Trim()));
        }
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    [GeneratedRegex(X, RegexOptions.Singleline)]
    private static partial Regex JenkinsStep();

    [GeneratedRegex("^ +(?<name>[A-Z_]+) = \"(?<text>.*)\"$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex JenkinsVariable();

    [GeneratedRegex("^ +(?<name>[A-Z_]+): (?<text>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex YamlVariable();
}
