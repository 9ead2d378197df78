namespace Sync.Engine.Versions;

/// <summary>What a sweep did.</summary>
/// <param name="Removed">Versions dropped.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Failed">Versions that could not be removed; the next sweep tries again.</param>
/// <param name="OverBudget">True if what is left, all younger than a day, is still more than the budget.</param>
internal readonly record struct VersionSweep(int Removed, long Bytes, int Failed, bool OverBudget);
