using System.Globalization;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Renames directories with what is in them, and saves in them.</summary>
internal sealed class RenamingWriter(TestTree tree, string name, int seed) : LoadWriter(tree, name, seed)
{
    private const int Names = 4;

    public override bool MovesFiles => true;

    protected override void Save(Dictionary<string, string> files)
    {
        string from = AnyDirectory();
        string to = AnyDirectory();
        if (Random.Next(3) == 0 && Tree.Has(from) && !Tree.Has(to))
        {
            Tree.Move(from, to);
            foreach (string path in files.Keys.Where(file => file.StartsWith(from + "/", StringComparison.Ordinal)).ToArray())
            {
                files.Remove(path, out string? moved);
                files[string.Concat(to, path.AsSpan(from.Length))] = moved!;
            }
        }
        else
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{from}/f{Random.Next(3)}");
            string content = NewContent();
            Tree.Put(path, content);
            files[path] = content;
        }
    }

    private string AnyDirectory() => string.Create(CultureInfo.InvariantCulture, $"{Name}/d{Random.Next(Names)}");
}
