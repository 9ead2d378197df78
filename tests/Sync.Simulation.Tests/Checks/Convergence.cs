using System.Globalization;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Trees;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Machines;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Checks;

/// <summary>All replicas are up, say that they are in sync, and show the same.</summary>
/// <param name="sites">The host first.</param>
/// <param name="hasIgnores">Users have edited ignore files: what they leave out, here or there, is not compared.</param>
internal sealed class Convergence(Site[] sites, bool hasIgnores)
{
    /// <summary>Paths that the host lists as a problem because nobody has their content: they are the same nowhere, and that is known.</summary>
    public HashSet<string> Unavailable { get; } = new(StringComparer.Ordinal);

    /// <summary>Null if so, else what differs.</summary>
    public string? Difference()
    {
        foreach (var site in sites)
        {
            if (site.Replica is not { } replica) return $"{site.Name} is not up";
            var status = replica.Status;
            if (status.State != ReplicaState.InSync || status.PendingIn + status.PendingOut > 0)
                return $"{site.Name} is {status.State} ({status.Reason}), {status.PendingOut} out, {status.PendingIn} in ({Waiting(site)}); {string.Join("; ", status.Problems)}";
        }

        Unavailable.Clear();
        foreach (var problem in sites[0].Replica!.Status.Problems)
            if (problem.Code == ProblemCodes.Unavailable) Unavailable.Add(problem.Path);
        AddFormerNames();
        var unheld = sites.Select(Unheld).ToArray();
        var leftovers = sites.Select(site => site.Replica!.Status.Problems.Where(p => p.Code == ProblemCodes.HoldsIgnored).Select(p => p.Path).ToHashSet(StringComparer.Ordinal)).ToArray();
        var ignored = hasIgnores ? sites.Select(Ignored.On).ToArray() : [];
        var grain = sites.Max(s => s.Disk.Traits.MtimeGrainNs);
        var first = Tree(sites[0]);
        if (sites[0].Effective != SyncDirection.TwoWay) return AgainstJournal(unheld[0]);
        for (var i = 1; i < sites.Length; i++)
        {
            // What stands there is nobody's business; see OneWay.
            if (sites[i].Effective == SyncDirection.SendOnly) continue;
            var other = Tree(sites[i]);
            foreach (var (path, inode) in first)
            {
                if (IsApart(i, path, inode)) continue;
                if (!other.TryGetValue(path, out var there)) return $"{path} ({Describe(inode)}) is on the host, not on {sites[i].Name}";
                if (inode.Kind != there.Kind || inode.Mode != there.Mode || inode.LinkTarget != there.LinkTarget || inode.Key != there.Key
                    || (inode.Kind == EntryKind.File && Math.Abs(inode.MtimeNs - there.MtimeNs) >= Math.Max(2, grain)))
                    return $"{path} is {Describe(inode)} on the host, {Describe(there)} on {sites[i].Name}";
            }

            foreach (var (path, inode) in other)
                if (!first.ContainsKey(path) && !IsApart(i, path, inode)) return $"{path} ({Describe(inode)}) is on {sites[i].Name}, not on the host";
        }

        return null;

        bool IsApart(int i, string path, Inode inode) =>
            Unavailable.Contains(path) || IsBelow(path, unheld[0]) || IsBelow(path, unheld[i])
            || (hasIgnores && (IsLeftOver(path, leftovers[0]) || IsLeftOver(path, leftovers[i]) || ignored[0](path, inode.Kind == EntryKind.Directory) || ignored[i](path, inode.Kind == EntryKind.Directory)));
    }

    /// <summary>A directory that stays for what is ignored in it, or one above.</summary>
    private static bool IsLeftOver(string path, HashSet<string> leftovers) =>
        leftovers.Contains(path) || leftovers.Any(leftover => leftover.StartsWith(path + "/", StringComparison.Ordinal));

    /// <summary>The host only receives: all that the journal has stands on its disk, but for what it lists.</summary>
    private string? AgainstJournal(HashSet<string> kept)
    {
        var trees = TreesOf(sites[0]);
        var isIgnored = Ignored.On(sites[0]);
        foreach (var node in trees.All)
        {
            if (node == trees.Root || node is not { IsRemote: true } || trees.RemotePath(node) is not { Length: > 0 } path) continue;
            if (Unavailable.Contains(path) || IsBelow(path, kept) || (hasIgnores && isIgnored(path, node.Kind == EntryKind.Directory))) continue;
            if (!node.IsLocal) return $"{path} is in the journal, not on the host";
            if (trees.LocalPath(node) != path) return $"{path} stands at {trees.LocalPath(node)} on the host";
            if (node.Local!.Content != node.Remote!.Content || node.Local.LinkTarget != node.Remote.LinkTarget) return $"{path} has another content on the host than in the journal";
        }

        return null;
    }

    /// <summary>The paths that a site lists because its disk cannot hold their names, and where it still has what was given such a name, or because what was changed there is not sent;
    /// each with all below it.</summary>
    private static HashSet<string> Unheld(Site site)
    {
        var trees = TreesOf(site);
        var listed = site.Replica!.Status.Problems.Where(problem => problem.Code == ProblemCodes.Unmaterialised || (site.Keeps && problem.Code == ProblemCodes.LocalEdit))
            .Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal);
        // Moved here, it is listed where it stands, and elsewhere it has the place of before.
        if (site.Keeps && listed.Count > 0)
            foreach (var node in trees.All.Where(node => node.IsRemote && node.IsLocal && IsBelow(trees.LocalPath(node), listed)).ToArray()) listed.Add(trees.RemotePath(node));
        for (var before = 0; before != listed.Count;)
        {
            before = listed.Count;
            foreach (var node in trees.All.Where(node => node.IsRemote && node.IsLocal && IsBelow(trees.RemotePath(node), listed)).ToArray()) listed.Add(trees.LocalPath(node));
            // Directories that were deleted elsewhere stay for such.
            foreach (var node in trees.All.Where(node => node is { IsLocal: true, IsRemote: false, Kind: EntryKind.Directory } && listed.Any(path => path.StartsWith(trees.LocalPath(node) + "/", StringComparison.Ordinal))).ToArray()) listed.Add(trees.LocalPath(node));
        }

        return listed;
    }

    /// <summary>Some of what is not here as the journal says.</summary>
    private static string Waiting(Site site)
    {
        var trees = TreesOf(site);
        return string.Join(", ", trees.All.Where(node => node.IsRemote && (!node.IsLocal || trees.RemotePath(node) != trees.LocalPath(node))).Take(20)
            .Select(node => $"{(node.IsLocal ? trees.LocalPath(node) : "nothing")} for {trees.RemotePath(node)}")
            .Concat(trees.All.Where(node => node is { IsLocal: true, Local.Kind: EntryKind.File } && (node.Local!.Content != node.Remote?.Content || node.Local.Mode != node.Remote.Mode)).Take(20)
                .Select(node => $"{trees.LocalPath(node)} {node.Id} [{node.Flags}] here {node.Stamp} {node.Local}, there {node.Remote}, base {node.Base}")));
    }

    private static TreeSet TreesOf(Site site) => site.Replica is GuestReplica guest ? guest.Trees : site.Share!.Trees;

    private static bool IsBelow(string path, HashSet<string> directories)
    {
        if (directories.Count == 0) return false;
        for (var at = path; at.Length > 0; at = at[..Math.Max(0, at.LastIndexOf('/'))])
            if (directories.Contains(at)) return true;
        return false;
    }

    /// <summary>What was moved, and cannot be had as it is now, stands at its former name where it was before.</summary>
    private void AddFormerNames()
    {
        if (Unavailable.Count == 0) return;
        var host = sites[0].Share!.Trees;
        foreach (var lacking in host.All.Where(node => node.IsRemote && Unavailable.Contains(host.RemotePath(node))).ToArray())
        {
            foreach (var site in sites)
            {
                var trees = site.Replica is GuestReplica guest ? guest.Trees : host;
                if (trees.Find(lacking.Id) is { IsLocal: true } former) Unavailable.Add(trees.LocalPath(former));
            }
        }
    }

    private static Dictionary<string, Inode> Tree(Site site)
    {
        var tree = new Dictionary<string, Inode>(StringComparer.Ordinal);
        site.Disk.EachVisible(tree.Add);
        return tree;
    }

    private static string Describe(Inode inode) => string.Create(
        CultureInfo.InvariantCulture, $"{inode.Kind} {Convert.ToString(inode.Mode, 8)} {inode.Data.Length} bytes of {inode.MtimeNs}{(inode.Data.Length == 0 ? "" : $" {(UInt64)inode.Key:x}")}");
}
