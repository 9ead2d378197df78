using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Store;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>
/// What was under way when a life of this replica, or of the host, ended: what stands on this disk because of it is no edit of a user's, though no index tells of it. Single-threaded.
/// </summary>
internal sealed class FormerLives(TreeSet trees)
{
    /// <summary>What the host told of its own disk and then lost, as it told it.</summary>
    private readonly Dictionary<Node, Entry> _told = [];

    /// <summary>What was being put in place when this replica was killed, or when the host lost it, by path.</summary>
    private readonly Dictionary<string, Entry> _placing = new(StringComparer.Ordinal);

    /// <summary>Of that, what the first look found as it was to be: as long as it stands there it is this, and what comes to its name later is a user's.</summary>
    private readonly Dictionary<Node, (string Path, Entry Entry)> _placed = [];

    /// <summary>What this replica, or a former life of it, made and proposed without an answer, by its path there and then.</summary>
    private readonly Dictionary<string, List<Change>> _made = new(StringComparer.Ordinal);

    /// <summary>All that was made, proposed and never answered.</summary>
    public IEnumerable<SentChange> Made => _made.SelectMany(made => made.Value.Select(change => new SentChange(made.Key, change)));

    /// <summary>Whether what a node has here is no edit but what the journal said once: what the host told of its own disk, and lost; or what was being
    /// put in place when this replica was killed.</summary>
    public bool IsHearsay(Node node) =>
        (_told.TryGetValue(node, out var told) && node.Local is { } local && local.Content == told.Content && local.LinkTarget == told.LinkTarget && (!node.Id.IsProvisional || local.Name == told.Name))
        || (_placing.Count > 0 && node.IsLocal && _placing.TryGetValue(trees.LocalPath(node), out var placing) && Stands(node, placing))
        || (_placed.Count > 0 && _placed.TryGetValue(node, out var placed) && Stands(node, placed.Entry) && trees.LocalPath(node) == placed.Path);

    /// <summary>The first look has ended.</summary>
    public void Looked()
    {
        foreach (var (path, entry) in _placing.ToArray())
        {
            if (LocalAt(path) is not { } node || !Stands(node, entry)) continue;
            _placing.Remove(path);
            _placed[node] = (path, entry);
        }
    }

    private static bool Stands(Node node, Entry entry) => node.Local is { } local && local.Kind == entry.Kind
        && (local.Kind == EntryKind.Directory || (local.Content == entry.Content && local.LinkTarget == entry.LinkTarget && local.MtimeNs == entry.MtimeNs));

    private Node? LocalAt(string path)
    {
        var at = trees.Root;
        foreach (var name in path.Split('/'))
            if (trees.LocalChild(at, name) is { } child) at = child;
            else return null;
        return at;
    }

    /// <summary>The host has lost what it told of a node, and its disk still has it, or what came after.</summary>
    public void Lost(Node node, Entry told)
    {
        if (node.IsLocal) _told[node] = told;
        // It may be in place a moment later.
        else if (told.Kind == EntryKind.File && node.Has(NodeFlags.Applying)) AddPlacing(trees.RemotePath(node), told);
    }

    /// <summary>Something was about to be put in place: what stands there as it was to be is no edit.</summary>
    public void AddPlacing(string path, Entry entry) => _placing[path] = entry;

    /// <summary>Whether this content was about to be put in place somewhere.</summary>
    public bool WasPlacing(ContentId content) => _placing.Values.Any(entry => entry.Content == content);

    /// <summary>What was being put in place may be the only copy.</summary>
    public void ForgetPlacing()
    {
        _placing.Clear();
        _placed.Clear();
    }

    /// <summary>A new entry was proposed, and there was no answer.</summary>
    public void AddMade(string path, Change change)
    {
        if (change.Entry.Deleted) return;
        if (!_made.TryGetValue(path, out var made)) _made.Add(path, made = []);
        made.Add(change);
    }

    /// <summary>Whether an entry of the journal that is not here is one that was made here.</summary>
    public bool HasMade(Node node, Entry entry) =>
        _made.Count > 0 && _made.TryGetValue(trees.RemotePath(node), out var made)
        && made.Exists(change => change.Entry.Kind == entry.Kind && change.Entry.Content == entry.Content && change.Entry.LinkTarget == entry.LinkTarget);

    /// <summary>The contents that a new file, here alone, had when it was proposed before, the last ones.</summary>
    public IReadOnlyList<ulong> PassedBy(Node node) =>
        _made.Count > 0 && node is { Id.IsProvisional: true, Local: { Kind: EntryKind.File } local } && _made.TryGetValue(trees.LocalPath(node), out var made)
            ? [.. made.Where(change => !change.Entry.Content.IsNone && change.Entry.Content != local.Content).TakeLast(Change.MaxPassed).Select(change => change.Entry.Content.Prefix)]
            : [];

    /// <summary>What was proposed of a node is answered.</summary>
    public void Answered(Node node)
    {
        _told.Remove(node);
        if (_made.Count > 0 && node is { Id.IsProvisional: true, Local: not null }) _made.Remove(trees.LocalPath(node));
    }

    /// <summary>Nothing is left of a node.</summary>
    public void Forget(Node node)
    {
        _told.Remove(node);
        _placed.Remove(node);
    }

    /// <summary>Whoever was told of what was made here and lost has told of it in turn.</summary>
    public void ForgetMade()
    {
        _made.Clear();
        ForgetPlacing();
    }
}
