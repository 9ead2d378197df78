namespace Sync.Simulation.Tests.Runs;

/// <summary>What is broken on purpose, to see whether the checks see it.</summary>
internal static class Mutations
{
    public static IReadOnlyList<Mutation> All { get; } = [];
}
