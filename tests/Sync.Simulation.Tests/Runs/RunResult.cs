using Sync.Simulation.Tests.Users;

namespace Sync.Simulation.Tests.Runs;

/// <summary>What came of a run. <paramref name="Failure"/> is null if all promises were kept; <paramref name="EndNs"/> is virtual;
/// <paramref name="Unavailable"/> counts paths that the host lists because nobody has their content.</summary>
internal sealed record RunResult(Script Script, string? Failure, ulong Trace, int Acts, int Faults, long EndNs, long Events, int Unavailable);
