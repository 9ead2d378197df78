using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Truncates and writes.</summary>
internal sealed class InPlaceWriter(TestTree tree, string name, int seed) : LoadWriter(tree, name, seed)
{
    public override bool KeepsFiles => true;

    protected override void Save(Dictionary<string, string> files)
    {
        string path = AnyPath(8);
        string content = NewContent();
        Tree.Put(path, content);
        files[path] = content;
    }
}
