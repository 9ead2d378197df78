using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Saves in files in which others do as well, one way or the other.</summary>
internal sealed class SharedWriter(TestTree tree, string name, int seed) : LoadWriter(tree, name, seed)
{
    /// <summary>The directory of what is shared.</summary>
    public const string Directory = "shared";

    /// <summary>All contents of shared files: those that stand, conflict copies, and what the replica keeps to itself.</summary>
    public static IEnumerable<string> AllContents(TestTree tree) =>
        ((string[])[Directory, ".sync"]).Select(tree.At).Where(System.IO.Directory.Exists)
            .SelectMany(directory => System.IO.Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)).Select(File.ReadAllText);

    protected override void Save(Dictionary<string, string> files)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{Directory}/f{Random.Next(4)}.txt");
        string content = NewContent();
        if (Random.Next(2) == 0)
        {
            Tree.Put(path, content);
        }
        else
        {
            string beside = $"{Name}/new";
            Tree.Put(beside, content);
            System.IO.Directory.CreateDirectory(Tree.At(Directory));
            File.Move(Tree.At(beside), Tree.At(path), overwrite: true);
        }

        files[path] = content;
    }
}
