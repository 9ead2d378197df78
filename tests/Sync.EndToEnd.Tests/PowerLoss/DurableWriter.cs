using Sync.EndToEnd.Tests.Crash;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>Saves as programs do whose work must outlive the power: beside the file, synced, renamed over it, and the directory synced.</summary>
internal sealed class DurableWriter(TestTree tree, string name, int seed) : LoadWriter(tree, name, seed)
{
    public override bool KeepsFiles => true;

    public override bool IsAtomic => true;

    public override bool IsDurable => true;

    protected override void Save(Dictionary<string, string> files)
    {
        string path = AnyPath(6);
        string content = NewContent();
        Tree.MakeDirectory(Name);
        using (var file = new FileStream(Tree.At(path + ".new"), FileMode.Create))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        File.Move(Tree.At(path + ".new"), Tree.At(path), overwrite: true);
        Libc.SyncDirectory(Tree.At(Name));
        // The directory may be new itself.
        if (files.Count == 0)
            Libc.SyncDirectory(Tree.Root);
        files[path] = content;
    }
}
