using Sync.EndToEnd.Tests.Crash;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Filling;

/// <summary>Compares a tree with what its users know of it.</summary>
internal static class FillCheck
{
    /// <summary>What is wrong: lost, brought back, torn, or a copy that nobody caused.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="directories">What its users know.</param>
    /// <param name="hasLostPower">A disk has lost power: what a program wrote beside a file, and renamed over it a moment before, may be there again under its first name, for the disk had that and no index.</param>
    public static List<string> Of(TestTree tree, FillDirectory[] directories, bool hasLostPower = false)
    {
        var wrong = new List<string>();
        SortedDictionary<string, string> stands = new(
            TreeSnapshot.Of(tree.Root).Entries.Where(entry => entry.Value.Kind == "file").ToDictionary(entry => entry.Key, entry => tree.Read(entry.Key), StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (FillDirectory directory in directories)
        {
            if (directory.IsGone)
            {
                if (tree.Has(directory.Name))
                    wrong.Add($"{directory.Name}: was deleted, and is there");
            }
            else
            {
                wrong.AddRange(Of(directory, stands));
            }
        }

        if (hasLostPower)
        {
            foreach ((string path, string _) in stands.Where(file => file.Key.EndsWith(".new", StringComparison.Ordinal) && file.Value.StartsWith("edit ", StringComparison.Ordinal)
                && file.Value.EndsWith($" of {file.Key[1..^4]}", StringComparison.Ordinal)).ToArray())
                stands.Remove(path);
        }

        wrong.AddRange(stands.Select(file => $"{file.Key}: nobody left it there, '{Acknowledged.Head(file.Value)}'"));
        return wrong;
    }

    /// <param name="directory">Which.</param>
    /// <param name="stands">What stands; what is accounted for is taken out.</param>
    private static IEnumerable<string> Of(FillDirectory directory, SortedDictionary<string, string> stands)
    {
        // Renamed in the very moment in which it was made, it may be seen as a new one: then it stands under its former name, too, in whole or in part.
        string former = FormattableString.Invariant($"d{directory.Number}");
        directory.IsUnderFormerName = directory.Work == FillWork.GuestRenames && directory.Name != former && directory.Files.Keys.Any(file => stands.ContainsKey(former + "/" + file));
        foreach ((string file, string? content) in directory.Files)
        {
            if (directory.IsUnderFormerName && stands.Remove(former + "/" + file, out string? again) && again == content && !stands.ContainsKey(directory.PathOf(file)))
                continue;
            string path = directory.PathOf(file);
            bool isThere = stands.Remove(path, out string? found);
            if (directory.Rivals.TryGetValue(file, out string? rival))
            {
                // One took the name, the other is a copy.
                string copies = Path.ChangeExtension(path, null) + " (conflict ";
                string[] others = [.. stands.Keys.Where(other => other.StartsWith(copies, StringComparison.Ordinal))];
                HashSet<string?> all = [found, .. others.Select(other => stands[other])];
                foreach (string other in others)
                    stands.Remove(other);
                if (!all.SetEquals([content, rival]))
                    yield return $"{path}: of what was made there and what came one is missing, or there is more: {string.Join(", ", all.Select(one => one is null ? "nothing" : Acknowledged.Head(one)))}";
            }
            else if (found != content)
            {
                yield return $"{path} ({directory.Work}): is {(isThere ? $"'{Acknowledged.Head(found!)}' of {found!.Length}" : "missing")}, and was {(content is null ? "deleted" : $"left as '{Acknowledged.Head(content)}' of {content.Length}")}";
            }
        }
    }
}
