using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Scanning;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;

namespace Sync.Engine.Applying;

/// <summary>
/// Placements that a kill has cut short between the exchange of names and the look at what came out, and displaced files that nobody has watched since. What the plan had seen is a version; a
/// content that nobody knows is an edit of that instant, and comes back beside what took its name. On the loop, before the first look.
/// </summary>
internal sealed class CutShort(ReplicaContext context, StagedContents staged, LateWrites lateWrites, Action<string, string, FileStat, string> keep)
{
    /// <summary>Takes up what stands under such a name.</summary>
    /// <param name="path">In the replica's own directory.</param>
    /// <param name="id">The entry that was being placed.</param>
    /// <param name="stat">Of the path.</param>
    /// <param name="isKilled">An agent alone has died, and what it did last is known: else an unknown content may be torn, or one of ours.</param>
    public void Take(string path, EntryId id, FileStat stat, bool isKilled)
    {
        var node = context.Trees.Find(id);
        var original = node is null || node == context.Trees.Root ? null : node.IsLocal ? context.Trees.LocalPath(node) : node.IsRemote ? context.Trees.RemotePath(node) : null;
        if (stat.Kind == EntryKind.Directory)
        {
            // Ours, or an empty one that was displaced; one that is not empty is somebody's.
            if (context.Files.RemoveDirectory(path) == FsError.NotEmpty && isKilled && original is not null) lateWrites.Bring(path, original);
            return;
        }

        if (stat.Kind != EntryKind.File || original is null)
        {
            keep(path, original ?? "(displaced)/" + Path.GetFileName(path), stat, "swept");
            return;
        }

        var lines = node!.IsConverted || context.LineEndings().HasCrlf(original) ? LineChoice.Lf : default;
        var reading = FileReading.Of(context.Files, path, context.Stopping, lines: lines);
        // Under a content's name in staging only its own bytes may stand.
        var isAsItIs = reading.Length == stat.Stamp.Size;
        var content = reading is { Error: FsError.None, Changed: false, Manifest: { } manifest } ? manifest.Id : default;
        if (isAsItIs && !content.IsNone && (node!.Remote is { Deleted: false } remote && remote.Content == content || context.Reconciler.Former.WasPlacing(content)) && IsStaged(path, content)) return;
        if (!content.IsNone && (IsKnown(node!, content) || context.Trees.Contents.Find(content) is not null))
        {
            if (context.Files.HasNoWriter(path) == false) lateWrites.Linger(new Lingering(path, original, stat, "replaced", content));
            else keep(path, original, stat, "replaced");
            return;
        }

        if (!isKilled || lateWrites.Bring(path, original) is null) keep(path, original, stat, "swept");
    }

    /// <summary>It was not put in place yet, and waits for that again.</summary>
    private bool IsStaged(string path, ContentId content)
    {
        var target = $"{PrivateDirectory.Staging}/c-{content}";
        if (context.Files.HasNoWriter(path) == false || context.Files.Rename(path, target, RenameMode.Replace) != FsError.None) return false;
        staged.Add(content, target);
        return true;
    }

    private static bool IsKnown(Node node, ContentId content) =>
        node.Local?.Content == content || node.Synced?.Content == content || node.Applied?.Content == content || node.Remote?.Content == content;
}
