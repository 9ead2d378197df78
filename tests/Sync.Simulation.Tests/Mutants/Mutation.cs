using Sync.Simulation.Tests.Links;
using Sync.Simulation.Tests.Machines;

namespace Sync.Simulation.Tests.Mutants;

/// <summary>One promise broken, in what the engine stands on or in what it says: the checks must see it.</summary>
/// <param name="Name">For the command line.</param>
/// <param name="Promise">The sentence that does not hold any more.</param>
internal sealed record Mutation(string Name, string Promise)
{
    /// <summary>With which choice of faults it shows; see `simulate`.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>Puts itself between the engine's parts and a site.</summary>
    public Action<Site> Site { get; init; } = static _ => { };

    /// <summary>Puts itself between the host and its guests.</summary>
    public Action<Network> Network { get; init; } = static _ => { };
}
