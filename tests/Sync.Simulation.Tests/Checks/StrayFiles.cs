using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Machines;

namespace Sync.Simulation.Tests.Checks;

/// <summary>When all is at rest nothing is left of what was on its way.</summary>
internal static class StrayFiles
{
    /// <param name="sites">All replicas.</param>
    /// <param name="isPartial">Not all of the journal has a place on the host's disk.</param>
    public static string? Find(Site[] sites, bool isPartial)
    {
        string? stray = null;
        foreach (var site in sites)
        {
            // What could not be removed from a disk that fails is swept at the next start.
            if (site.Faults.Failed > 0) continue;
            // Contents of what a disk cannot hold wait: the host keeps them for the others, too.
            if (site.Replica!.Status.Problems.Any(problem => problem.Code == ProblemCodes.Unmaterialised)) continue;
            SimDisk.Each(site.Disk.Root, "", (path, _) =>
            {
                // The host has the only copy of what ignore files leave out there, or what its users' edits stand in the way of.
                if (isPartial && site.Share is { } share && share.Trees.All.Any(node => node is { IsRemote: true } && node.Local?.Content != node.Remote!.Content && path.EndsWith(node.Remote.Content.ToString(), StringComparison.Ordinal))) return;
                // What an interrupted transfer left is kept for a while, to go on with.
                if (path.StartsWith(PrivateDirectory.Staging + "/p-", StringComparison.Ordinal)) return;
                if (path.StartsWith(PrivateDirectory.Staging + "/", StringComparison.Ordinal) || path.StartsWith(PrivateDirectory.Displaced + "/", StringComparison.Ordinal))
                    stray ??= $"left over: {path} on {site.Name}";
            });
        }

        return stray;
    }
}
