using Sync.Simulation.Tests.Mutants;
using Sync.Simulation.Tests.Runs;
using Xunit;

namespace Sync.Simulation.Tests;

/// <summary>The checks see each promise that is broken on purpose.</summary>
[Collection("One by one")]
public sealed class MutationTests
{
    public static TheoryData<string> All => [.. Mutations.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_broken_promise_is_seen(string name)
    {
        var arguments = Mutations.All.Single(m => m.Name == name).Arguments;
        var told = await SeedRun.SimulateAsync($"20001 500 --first --mutate={name}{arguments}");
        Assert.NotEmpty(told[..^1]);
        // It is the mutation that is seen.
        Assert.Empty((await SeedRun.SimulateAsync(told[0].Split(' ')[1].TrimEnd(':') + " 1" + arguments))[..^1]);
    }
}
