using Sync.Engine.Files;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Disks;

/// <summary>While it is bad, some of a disk's calls fail, with what such a call may fail with.</summary>
internal sealed class DiskFaults(Dice dice)
{
    /// <summary>One in so many calls fails; 0: none.</summary>
    public int OneIn { get; set; }

    /// <summary>Calls that failed since the agent's start.</summary>
    public long Failed { get; set; }

    public FsError Next(DiskCall call)
    {
        if (OneIn == 0 || !dice.OneIn(OneIn)) return FsError.None;
        Failed++;
        return call switch
        {
            DiskCall.Look or DiskCall.Read or DiskCall.Sync => FsError.Io,
            DiskCall.Open => dice.Of(FsError.Io, FsError.Denied),
            DiskCall.Write => dice.Of(FsError.Io, FsError.NoSpace, FsError.Denied),
            _ => dice.Of(FsError.Io, FsError.Denied),
        };
    }
}
