namespace Sync.Simulation.Tests.Disks;

/// <summary>What kind of call a disk is asked for: which errors may come of it.</summary>
internal enum DiskCall
{
    Look,
    Open,
    Read,
    Write,
    Change,
    Sync,
}
