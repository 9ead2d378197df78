using Sync.Engine.Control;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>
/// The ignore rules in force in each directory, by the ignore files that the last listings found. From the first event of an ignore file until
/// its directory has been listed, nothing is decided in it or below: what is seen there is parked, and looked at by the new rules. So is what is
/// seen in a directory that is being listed for the first time. On the loop.
/// </summary>
internal sealed class DirectoryRules(ReplicaContext context, JobCounter jobs)
{
    private readonly TreeSet _trees = context.Trees;
    private readonly Dictionary<Node, (RuleFile? Sync, RuleFile? Git)> _files = [];

    /// <summary>Those asked for since the last change.</summary>
    private readonly Dictionary<Node, IgnoreRules> _rules = [];

    /// <summary>Directories whose ignore files have changed: a listing settles it that began after this clock.</summary>
    private readonly Dictionary<Node, long> _pending = [];

    /// <summary>Directories that are being listed for the first time.</summary>
    private readonly HashSet<Node> _first = [];

    private readonly List<(Node Directory, long Origin, Action Release)> _parked = [];
    private bool _isAnswerOwed;

    /// <summary>Forgets what was derived: the share's policy has changed.</summary>
    public void Reset() => _rules.Clear();

    /// <summary>Gives memory back: what was derived is derived again where it is asked for.</summary>
    public void Trim()
    {
        _rules.Clear();
        _rules.TrimExcess();
        _pending.TrimExcess();
        _first.TrimExcess();
        _parked.TrimExcess();
    }

    /// <summary>Forgets what was derived for a directory and those below: it has moved to where other rules may hold.</summary>
    public void ForgetTree(Node directory)
    {
        _rules.Remove(directory);
        foreach (var child in _trees.LocalChildren(directory))
            if (child.Kind == EntryKind.Directory) ForgetTree(child);
    }

    /// <summary>The rules that a directory gets from above. The same object for the same rules, most often.</summary>
    public IgnoreRules Above(Node directory) => Of(_trees.LocalParent(directory)!).Enter(directory.Local!.Name, null, null);

    public IgnoreRules Of(Node directory)
    {
        if (_rules.TryGetValue(directory, out var rules)) return rules;
        var (sync, git) = _files.GetValueOrDefault(directory);
        var parent = _trees.LocalParent(directory);
        rules = parent is null || directory == _trees.Root
            ? IgnoreRules.Root(context.Policy, sync?.Rules, git?.Rules, context.Files.Traits.FoldsCase)
            : Of(parent).Enter(directory.Local!.Name, sync?.Rules, git?.Rules);
        _rules.Add(directory, rules);
        return rules;
    }

    /// <summary>Whether an entry of the journal is left out here; null while the rules of its directory are not known yet.</summary>
    public bool? IsIgnored(Node parent, Node node)
    {
        var name = node.Remote!.Name;
        if (!IsRuleFile(name) && (IsComing(parent, IgnoreRules.SyncIgnoreName) || (context.Policy.VcsIgnore && IsComing(parent, IgnoreRules.GitIgnoreName)) || IsPending(parent)))
        {
            _isAnswerOwed = true;
            return null;
        }

        return Of(parent).IsIgnored(name, node.Kind == EntryKind.Directory);
    }

    /// <summary>Whether an ignore file that has another place in the journal keeps itself from it: its own rules, and no others, leave out a directory on the way there, which is therefore not here.</summary>
    public bool LeavesOutItsPlace(Node file)
    {
        if (file is not { IsLocal: true, IsRemote: true, Kind: EntryKind.File } || !IsRuleFile(file.Local!.Name) || _trees.LocalParent(file) is not { } directory) return false;
        Node? missing = null;
        var at = _trees.Find(file.Remote!.Parent);
        for (var i = 0; i < 4096 && at is { IsLocal: false, IsRemote: true }; i++) (missing, at) = (at, _trees.Find(at.Remote!.Parent));
        if (missing is null || at is not { IsLocal: true } || IsPending(at) || !_trees.IsLocallyWithin(at, directory) || !Of(at).IsIgnored(missing.Remote!.Name, isDirectory: true)) return false;
        return !Without(file, directory, at).IsIgnored(missing.Remote.Name, isDirectory: true);
    }

    /// <summary>The rules in a directory if an ignore file above it, or in it, were not there.</summary>
    private IgnoreRules Without(Node file, Node its, Node directory)
    {
        var (sync, git) = _files.GetValueOrDefault(directory);
        if (directory == its && file.Local!.Name == IgnoreRules.SyncIgnoreName) sync = null;
        else if (directory == its) git = null;
        if (_trees.LocalParent(directory) is not { } parent || directory == _trees.Root) return IgnoreRules.Root(context.Policy, sync?.Rules, git?.Rules, context.Files.Traits.FoldsCase);
        return (directory == its ? Of(parent) : Without(file, its, parent)).Enter(directory.Local!.Name, sync?.Rules, git?.Rules);
    }

    /// <summary>Whether a file of this name sets rules.</summary>
    public bool IsRuleFile(string name) => name == IgnoreRules.SyncIgnoreName || (name == IgnoreRules.GitIgnoreName && context.Policy.VcsIgnore);

    /// <summary>A directory is about to be listed.</summary>
    public void BeginListing(Node directory)
    {
        if (!directory.Has(NodeFlags.Listed)) _first.Add(directory);
    }

    /// <summary>Takes the ignore files that a listing has read.</summary>
    /// <returns>Whether other rules are in force now than before.</returns>
    public bool Learn(DirectoryListing listing)
    {
        var directory = listing.Directory;
        directory.Flags |= NodeFlags.Listed;
        _first.Remove(directory);
        if (listing.IsRuleFileChanging)
        {
            // What it said before holds until its writer is done.
            Expect(directory);
            return false;
        }

        if (_pending.TryGetValue(directory, out var since) && listing.Clock > since) _pending.Remove(directory);
        var (sync, git) = _files.GetValueOrDefault(directory);
        if (sync?.Fingerprint == listing.SyncIgnore?.Fingerprint && git?.Fingerprint == listing.GitIgnore?.Fingerprint) return false;
        if (listing.SyncIgnore is null && listing.GitIgnore is null) _files.Remove(directory);
        else _files[directory] = (listing.SyncIgnore, listing.GitIgnore);
        _rules.Clear();
        _isAnswerOwed = true;
        return true;
    }

    /// <summary>Its ignore files have changed, or are about to: nothing is decided in it until it has been listed.</summary>
    public void Expect(Node directory) => _pending[directory] = context.PlacementClock;

    /// <summary>It cannot be listed for now: what was known before holds.</summary>
    public void GiveUp(Node directory)
    {
        _pending.Remove(directory);
        _first.Remove(directory);
    }

    /// <summary>Whether a directory's own ignore files are waited for.</summary>
    public bool IsExpected(Node directory) => _pending.ContainsKey(directory);

    /// <summary>Whether nothing can be decided in a directory, because ignore files in it or above are not known yet.</summary>
    public bool IsPending(Node directory)
    {
        if (_pending.Count == 0) return false;
        for (var at = directory; at is not null; at = _trees.LocalParent(at))
            if (_pending.ContainsKey(at)) return true;
        return false;
    }

    /// <summary>Whether what was seen in a directory cannot be judged yet: it is pending, or its ignore files, or those of one above, are being read for the first time.</summary>
    public bool IsUnknown(Node directory)
    {
        if (IsPending(directory)) return true;
        if (_first.Count == 0) return false;
        for (var at = directory; at is not null; at = _trees.LocalParent(at))
            if (_first.Contains(at)) return true;
        return false;
    }

    /// <summary>Keeps something that was seen in a directory whose rules are unknown; a flush waits for it as for a look.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="origin">The moment of the job that saw it.</param>
    /// <param name="release">Sees it again.</param>
    public void Park(Node directory, long origin, Action release) => _parked.Add((directory, jobs.Begin(origin), release));

    /// <summary>Lets go what was parked where the rules are known again. True: entries may be decided now, or otherwise than before.</summary>
    public bool Conclude()
    {
        // One that has gone meanwhile, by our own doing too, will not be listed.
        if (_pending.Count > 0)
            foreach (var gone in _pending.Keys.Where(static directory => !directory.IsLocal).ToArray()) Forget(gone);
        if (_first.Count > 0) _first.RemoveWhere(static directory => !directory.IsLocal);
        if (_parked.Count > 0)
        {
            var free = _parked.FindAll(p => !IsUnknown(p.Directory.Current));
            _parked.RemoveAll(p => !IsUnknown(p.Directory.Current));
            foreach (var (directory, origin, release) in free)
            {
                if (directory.Current.IsLocal) release();
                jobs.End(origin);
            }
        }

        if (!_isAnswerOwed || _pending.Count > 0) return false;
        _isAnswerOwed = false;
        return true;
    }

    /// <summary>A directory has got the entry of another side's: the same one, with the rules that it had.</summary>
    public void Rebind(Node from, Node to)
    {
        if (_files.Remove(from, out var files)) _files[to] = files;
        if (_pending.Remove(from, out var since)) _pending[to] = since;
        to.Flags |= from.Flags & NodeFlags.Listed;
        if (_first.Remove(from)) _first.Add(to);
        _rules.Clear();
    }

    /// <summary>The directory is no longer there, or no longer looked into.</summary>
    public void Forget(Node directory)
    {
        // Made anew, it has none of them: what they left out can come.
        if (_files.Remove(directory)) _isAnswerOwed = true;
        _rules.Remove(directory);
        _pending.Remove(directory);
        _first.Remove(directory);
        directory.Flags &= ~NodeFlags.Listed;
    }

    /// <summary>An ignore file is placed before what it may keep out. One that the rules leave out, perhaps its own, never comes, nor does one that is listed because it cannot be had.</summary>
    private bool IsComing(Node parent, string name) =>
        _trees.RemoteChild(parent, name) is { Local: null, Kind: EntryKind.File, Synced: null } coming && !Of(parent).IsIgnored(name, isDirectory: false)
        && !context.Problems.Contains(_trees.RemotePath(coming));
}
