namespace Sync.Simulation.Tests.Kernel;

/// <summary>Unwinds what still runs of a process that has ended.</summary>
internal sealed class ProcessEndedException() : OperationCanceledException("The process has ended.");
