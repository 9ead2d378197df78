namespace Sync.Shared.Doctor;

/// <summary>A synced directory.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="Path">Absolute.</param>
/// <param name="MinFreeBytes">Below it nothing is placed; null: not known here, for it is the host's policy.</param>
internal sealed record DoctorRoot(string Share, string Path, long? MinFreeBytes = null);
