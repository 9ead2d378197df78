namespace Sync.Shared.Rates;

/// <summary>Two limits, in bytes a second; null, and 0: none.</summary>
/// <param name="Up">What is sent.</param>
/// <param name="Down">What is received.</param>
internal readonly record struct RatePair(long? Up, long? Down);
