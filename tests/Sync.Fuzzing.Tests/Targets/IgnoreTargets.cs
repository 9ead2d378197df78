using System.Text;
using CsCheck;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>Ignore files: any bytes are one. Parsed, and asked about names.</summary>
internal static class IgnoreTargets
{
    private static readonly string[] Lines = ["*.o", "!keep.o", "/build/", "a/**/b", "**", "**/x", "x/**", "[a-z]*", "[!a]", "\\!x", "# remark", "", "  ", "a?c", "*/*", "[", "[]]", "[[:alpha:]]", "a\\", "ü*", "!", "/", "//", "***", "a**b", "[a-", "*a*a*a*a*a*b"];
    private static readonly string[] Names = ["a", "x", "build", "keep.o", "main.o", "aaaaaaaaaaaaaaaaaaaaaaaa", "ü", ".sync", "b"];

    public static IEnumerable<FuzzTarget> All =>
    [
        new BytesTarget("ignore-file", Gen.Int[0, Lines.Length - 1].Select(i => Lines[i]).List[0, 12].Select(lines => Encoding.UTF8.GetBytes(string.Join('\n', lines))), Read, budget: (1 << 20, 4096)),
    ];

    private static string Read(byte[] input)
    {
        var file = IgnoreFile.Parse(input);
        var folded = IgnoreFile.Parse(input, foldCase: true);
        var root = IgnoreRules.Root(new SharePolicy(), file, null);
        var lower = IgnoreRules.Root(new SharePolicy(), folded, null, foldCase: true);
        var ignored = 0;
        foreach (var name in Names)
        {
            if (root.IsIgnored(name, isDirectory: false)) ignored++;
            if (lower.IsIgnored(name, isDirectory: true)) ignored++;
            var inside = root.Enter(name, file, null);
            foreach (var below in Names)
                if (inside.IsIgnored(below, isDirectory: true)) ignored++;
        }

        if (!root.IsIgnored(".sync", isDirectory: true)) throw new InvalidOperationException("The replica's own directory is not left out.");
        // Two kinds, so that the pool has both of files that ignore much and of those that ignore nothing.
        return file.Patterns.Count == 0 ? "nothing in it" : $"accepted {Math.Min(file.Patterns.Count, 12)} {Math.Min(ignored, 20)} {file.Problem is null}";
    }
}
