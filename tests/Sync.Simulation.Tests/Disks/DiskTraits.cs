using Sync.Engine.Names;

namespace Sync.Simulation.Tests.Disks;

/// <summary>What kind of file system a disk has. Grains in nanoseconds: that of stored mtimes, and that of the clock they are taken from.</summary>
internal sealed record DiskTraits(long MtimeGrainNs = 1, long ClockGrainNs = 1, bool CanExchange = true, bool FoldsCase = false, bool FoldsForms = false, NameRules? Rules = null)
{
    public NameRules Names => Rules ?? NameRules.Unix;
}
