using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Machines;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Checks;

/// <summary>Every byte string that a user has finished writing, and that nobody who saw it has replaced or deleted, is in the tree, a conflict copy there,
/// or in a version store.</summary>
internal static class LostVersions
{
    private const string VersionStore = ".sync/versions/";

    public static string? Find(Site[] sites, Ledger ledger)
    {
        var found = new HashSet<Users.Version>();
        foreach (var site in sites)
        {
            SimDisk.Each(site.Disk.Root, "", (path, inode) =>
            {
                if (path.StartsWith(".sync", StringComparison.Ordinal) && !path.StartsWith(VersionStore, StringComparison.Ordinal)) return;
                if (inode.Data.Length > 0 && ledger.Find(inode.Data) is { } version) found.Add(version);
            });
        }

        foreach (var version in ledger.All)
            if (version.Ended is null && !found.Contains(version)) return $"lost: {version}";
        return null;
    }
}
