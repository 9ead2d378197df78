using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Saves a file, and gives its name to a directory in the next moment; and the other way round.</summary>
internal sealed class SucceedingWriter(TestTree tree, string name, int seed) : LoadWriter(tree, name, seed)
{
    private const int Names = 3;

    protected override void Save(Dictionary<string, string> files)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{Name}/k{Random.Next(Names)}");
        string inside = path + "/inside";
        string content = NewContent();
        // (After a loss of power a directory may be back, with nothing in it but copies.)
        if (Directory.Exists(Tree.At(path)))
        {
            Tree.Put(inside, content);
            Tree.Delete(path);
            foreach (string gone in files.Keys.Where(file => file.StartsWith(path + "/", StringComparison.Ordinal)).ToArray())
                files.Remove(gone);
        }
        else
        {
            Tree.Put(path, content);
            files[path] = content;
            if (Random.Next(2) == 0)
                return;
            Tree.Delete(path);
            files.Remove(path);
            path = inside;
        }

        content = NewContent();
        Tree.Put(path, content);
        files[path] = content;
    }
}
