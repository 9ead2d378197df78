using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Appends to logs, and begins them anew now and then.</summary>
internal sealed class AppendingWriter(TestTree tree, string name, int seed) : LoadWriter(tree, name, seed)
{
    public override bool KeepsFiles => true;

    protected override void Save(Dictionary<string, string> files)
    {
        string path = AnyPath(4);
        string content = NewContent();
        if (!files.TryGetValue(path, out string? before) || before.Length > 200_000 || LastSaveIn(before) == 0)
        {
            Tree.Put(path, content);
            files[path] = content;
            return;
        }

        File.AppendAllText(Tree.At(path), content);
        files[path] = before + content;
    }
}
