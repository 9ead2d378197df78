using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Makes and deletes files and directories, under few names.</summary>
internal sealed class ChurningWriter(TestTree tree, string name, int seed) : LoadWriter(tree, name, seed)
{
    protected override void Save(Dictionary<string, string> files)
    {
        string directory = string.Create(CultureInfo.InvariantCulture, $"{Name}/d{Random.Next(3)}");
        string path = string.Create(CultureInfo.InvariantCulture, $"{directory}/f{Random.Next(4)}");
        if (Random.Next(12) == 0 && Tree.Has(directory))
        {
            Tree.Delete(directory);
            foreach (string inside in files.Keys.Where(file => file.StartsWith(directory + "/", StringComparison.Ordinal)).ToArray())
                files.Remove(inside);
        }
        else if (files.Remove(path))
        {
            Tree.Delete(path);
        }
        else
        {
            string content = NewContent();
            Tree.Put(path, content);
            files[path] = content;
        }
    }
}
