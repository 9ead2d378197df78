using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Machines;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Checks;

/// <summary>
/// Where changes go one way only: a replica that only sends has got nothing, and all that its users finished, and nobody knowingly replaced, has come to the host; of one that only
/// receives, or may only read, nothing has come to others, and what its users finished is on its own disk.
/// </summary>
internal static class OneWay
{
    public static string? Find(Site[] sites, Ledger ledger)
    {
        if (Array.TrueForAll(sites, static s => s.Effective == SyncDirection.TwoWay && !s.IsReader)) return null;
        var kept = Array.ConvertAll(sites, site => Versions(site, ledger));
        foreach (var site in sites)
        {
            var own = kept[site.Number];
            var keeps = site.Keeps || site.Effective == SyncDirection.Mirror;
            foreach (var version in keeps ? ledger.All.Where(v => v.Site == site.Name) : [])
            {
                if (version.Ended is null && !own.Contains(version)) return $"lost: {version}, of one that only receives, is not there any more";
                if (sites.FirstOrDefault(other => other != site && kept[other.Number].Contains(version)) is { } other) return $"sent: {version}, of one that only receives, is on {other.Name}";
            }

            if (site.Number == 0 || site.Effective != SyncDirection.SendOnly) continue;
            if (own.FirstOrDefault(v => v.Site != site.Name) is { } foreign) return $"received: {foreign} is on {site.Name}, which only sends";
            // Where one side wins, what has lost stays where it is.
            if (keeps || sites[0].Policy.Conflicts != ConflictPolicy.KeepBoth) continue;
            var isIgnored = Ignored.On(site);
            string? missing = null;
            site.Disk.EachVisible((path, inode) =>
            {
                if (inode.Data.Length == 0 || ledger.Find(inode) is not { Ended: null } version || isIgnored(path, false)) return;
                if (!kept[0].Contains(version) && !IsListed(sites[0], site, path)) missing ??= $"not sent: {version}, at {path} on {site.Name}";
            });
            if (missing is not null) return missing;
        }

        return null;
    }

    /// <summary>The host, or the guest itself, tells that it could not be sent.</summary>
    private static bool IsListed(Site host, Site guest, string path) =>
        host.Replica!.Status.Problems.Any(p => p.Code == ProblemCodes.Unavailable) || guest.Replica!.Status.Problems.Any(p => p.Path == path);

    /// <summary>What of the users' is on a disk, without what is on its way. On the host what has come and cannot be placed, for its own users' edits stand there, waits in staging.</summary>
    private static HashSet<Users.Version> Versions(Site site, Ledger ledger)
    {
        var found = new HashSet<Users.Version>();
        SimDisk.Each(site.Disk.Root, "", (path, inode) =>
        {
            if (inode.Data.Length > 0 && (!path.StartsWith(PrivateDirectory.Staging + "/", StringComparison.Ordinal) || (site.Number == 0 && path.StartsWith(PrivateDirectory.Staging + "/c-", StringComparison.Ordinal))) && ledger.Find(inode) is { } version) found.Add(version);
        });
        return found;
    }
}
