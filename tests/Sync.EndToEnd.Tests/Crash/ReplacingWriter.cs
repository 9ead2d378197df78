using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Writes beside the file and renames over it, as editors do.</summary>
internal sealed class ReplacingWriter(TestTree tree, string name, int seed) : LoadWriter(tree, name, seed)
{
    public override bool KeepsFiles => true;

    public override bool IsAtomic => true;

    protected override void Save(Dictionary<string, string> files)
    {
        string path = AnyPath(8);
        string content = NewContent();
        Tree.Put(path + ".new", content);
        File.Move(Tree.At(path + ".new"), Tree.At(path), overwrite: true);
        files[path] = content;
    }
}
