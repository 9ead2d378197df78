using System.Text;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Filling;

/// <summary>A tree with enough files to be brought together: some of them in directories within directories, some read-only.</summary>
internal static class FillTree
{
    /// <summary>The directory in each directory.</summary>
    public const string Inner = "s";

    /// <summary>A file's length, in bytes, about.</summary>
    public const int Short = 6_000;

    /// <summary>So long that parts are moved in while the rest is still to come.</summary>
    public const int Long = 90_000;

    private const int Count = 55;
    private const int FilesEach = 56;

    /// <summary>Makes it.</summary>
    /// <param name="tree">Where.</param>
    /// <param name="length">Of each file, in bytes, about.</param>
    public static FillDirectory[] Make(TestTree tree, int length)
    {
        FillDirectory[] directories = [.. Enumerable.Range(0, Count).Select(number => new FillDirectory(number))];
        foreach (FillDirectory directory in directories)
        {
            for (int i = 0; i < FilesEach; i++)
            {
                string file = i % 2 == 0 ? FormattableString.Invariant($"f{i}") : FormattableString.Invariant($"{Inner}/f{i}");
                string content = Content(directory.Name + "/" + file, length);
                directory.Files[file] = content;
                tree.Put(directory.Name + "/" + file, content);
            }

            if (directory.Work is not (FillWork.Nobody or FillWork.HostRemoves))
                continue;
            tree.Mode(directory.Name + "/f0", UnixFileMode.UserRead);
            tree.Mode(directory.Name + "/" + Inner, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        }

        return directories;
    }

    /// <summary>Whether a content is one that the tree was made with, whole, or that a user made.</summary>
    public static bool CanBe(string content)
    {
        if (content.StartsWith("edit ", StringComparison.Ordinal) || content.StartsWith("made: ", StringComparison.Ordinal) || content.StartsWith("rival ", StringComparison.Ordinal))
            return true;
        string first = content[..(content.IndexOf('\n', StringComparison.Ordinal) + 1)];
        return first.Length > 0 && content == Content(first[..^1], content.Length) && content.Length is >= Short and < 2 * Short or >= Long;
    }

    private static string Content(string path, int length)
    {
        var content = new StringBuilder(length + path.Length);
        while (content.Length < length)
            content.Append(path).Append('\n');
        return content.ToString();
    }
}
