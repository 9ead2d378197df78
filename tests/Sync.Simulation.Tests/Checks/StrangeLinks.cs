using Sync.Simulation.Tests.Machines;
using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Checks;

/// <summary>Every link leads where some user has made one lead.</summary>
internal static class StrangeLinks
{
    public static string? Find(Site[] sites)
    {
        string? strange = null;
        sites[0].Disk.EachVisible((path, inode) =>
        {
            if (inode.LinkTarget is { } target && !User.LinkTargets.Contains(target)) strange ??= $"strange link: {path} to {target}";
        });
        return strange;
    }
}
