using Sync.Engine.Files;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Machines;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Checks;

/// <summary>Every byte string that a user has finished writing, and that nobody who saw it has replaced or deleted, is in the tree, a conflict copy there,
/// or in a version store.</summary>
internal static class LostVersions
{
    private const string VersionStore = ".sync/versions/";

    /// <param name="sites">All replicas, which are the same.</param>
    /// <param name="ledger">What users have written.</param>
    /// <param name="isInTree">Nothing has failed: both sides of a conflict stand in the tree, but for what a save has replaced unseen.</param>
    /// <param name="isPartial">What the host's journal has, and its own users' edits stand in the way of, or its ignore files leave out, waits in its staging, whole and durable; that it is no more than
    /// that, <see cref="StrayFiles"/> sees.</param>
    public static string? Find(Site[] sites, Ledger ledger, bool isInTree, bool isPartial)
    {
        var found = new HashSet<Users.Version>();
        var inTree = new HashSet<Users.Version>();
        foreach (var site in sites)
        {
            SimDisk.Each(site.Disk.Root, "", (path, inode) =>
            {
                var waits = isPartial && site.Number == 0 && path.StartsWith(PrivateDirectory.Staging + "/c-", StringComparison.Ordinal);
                if (path.StartsWith(PrivateDirectory.Name + "/", StringComparison.Ordinal) && !path.StartsWith(VersionStore, StringComparison.Ordinal) && !waits) return;
                if (inode.Data.Length == 0 || ledger.Find(inode) is not { } version) return;
                found.Add(version);
                if (!path.StartsWith(VersionStore, StringComparison.Ordinal)) inTree.Add(version);
            });
        }

        foreach (var version in ledger.All)
            if (version.Ended is null && !found.Contains(version)) return $"lost: {version}";
        if (!isInTree) return null;
        foreach (var version in ledger.All)
            if (version is { Ended: null, IsDisplaced: false } && !inTree.Contains(version)) return $"out of sight: {version} is in a version store only";
        return null;
    }
}
