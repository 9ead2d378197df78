using Sync.Simulation.Tests.Machines;

namespace Sync.Simulation.Tests.Runs;

/// <summary>One promise that a part of the engine's surroundings, or the engine, does not keep: the checks must see it.</summary>
internal sealed record Mutation(string Name, Action<Site> Apply);
