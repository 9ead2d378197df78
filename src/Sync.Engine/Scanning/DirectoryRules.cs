using Sync.Engine.Control;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>The ignore rules in force in each directory, as its last listing found them. On the loop.</summary>
internal sealed class DirectoryRules(ReplicaContext context)
{
    private readonly TreeSet _trees = context.Trees;
    private readonly Dictionary<Node, IgnoreRules> _rules = [];
    private readonly HashSet<Node> _pending = [];
    private IgnoreRules _root = IgnoreRules.Root(context.Policy, context.Files.Traits.FoldsCase);

    /// <summary>Forgets all: the share's policy has changed.</summary>
    public void Reset()
    {
        _rules.Clear();
        _root = IgnoreRules.Root(context.Policy, context.Files.Traits.FoldsCase);
    }

    public IgnoreRules Of(Node directory)
    {
        if (directory == _trees.Root) return _rules.GetValueOrDefault(directory, _root);
        if (_rules.TryGetValue(directory, out var rules)) return rules;
        return _trees.LocalParent(directory) is { } parent ? Of(parent).Enter(directory.Local!.Name, null, null) : _root;
    }

    /// <summary>Whether an entry of the journal is left out here; null while the rules of its directory are not known yet.</summary>
    public bool? IsIgnored(Node parent, Node node)
    {
        var name = node.Remote!.Name;
        if (name != IgnoreRules.SyncIgnoreName && (IsComing(parent, IgnoreRules.SyncIgnoreName) || (context.Policy.VcsIgnore && name != IgnoreRules.GitIgnoreName && IsComing(parent, IgnoreRules.GitIgnoreName))))
            return null;
        if (_pending.Contains(parent) && name is not (IgnoreRules.SyncIgnoreName or IgnoreRules.GitIgnoreName)) return null;
        return Of(parent).IsIgnored(name, node.Kind == EntryKind.Directory);
    }

    /// <summary>Whether a file of this name sets rules.</summary>
    public bool IsRuleFile(string name) => name == IgnoreRules.SyncIgnoreName || (name == IgnoreRules.GitIgnoreName && context.Policy.VcsIgnore);

    /// <summary>Takes the rule files that a listing has read. True if they were waited for.</summary>
    /// <param name="directory">Where they stand.</param>
    /// <param name="above">The rules of its parent when it was listed; null for the root.</param>
    /// <param name="sync">Its <c>.syncignore</c>, if it has one.</param>
    /// <param name="git">Its <c>.gitignore</c>, if it has one that counts.</param>
    public bool Learn(Node directory, IgnoreRules? above, IgnoreFile? sync, IgnoreFile? git)
    {
        _rules[directory] = directory == _trees.Root
            ? IgnoreRules.Root(context.Policy, sync, git, context.Files.Traits.FoldsCase)
            : above!.Enter(directory.Local!.Name, sync, git);
        return _pending.Remove(directory);
    }

    /// <summary>Its rule files have changed: nothing is decided in it until it has been listed.</summary>
    public void Expect(Node directory)
    {
        _rules.Remove(directory);
        _pending.Add(directory);
    }

    public void Forget(Node directory) => _rules.Remove(directory);

    /// <summary>It has moved: other rules may hold in it and in all below.</summary>
    public void ForgetTree(Node directory)
    {
        _rules.Remove(directory);
        foreach (var child in _trees.LocalChildren(directory))
            if (child.Kind == EntryKind.Directory) ForgetTree(child);
    }

    /// <summary>An ignore file is placed before what it may keep out.</summary>
    private bool IsComing(Node parent, string name) =>
        _trees.RemoteChild(parent, name) is { Local: null, Kind: EntryKind.File, Synced: null };
}
