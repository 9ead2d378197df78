using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Planning;

/// <summary>Make a tree, perturb it on several replicas, plan to a fixpoint: it ends, all are equal, no edit is lost.</summary>
public sealed class ConvergenceTests
{
    [Theory]
    [InlineData(2, 3000)]
    [InlineData(3, 3000)]
    [InlineData(4, 2000)]
    public void PerturbedReplicasConverge(int replicas, int seeds)
    {
        // A link that goes at the worst moment, twice, while files are moved, may cost a second copy: rarely.
        var spurious = Enumerable.Range(0, seeds).Select(seed => Run(seed, replicas, ConflictPolicy.KeepBoth)).OfType<string>().ToList();
        Assert.True(spurious.Count * 100 <= seeds, $"{spurious.Count} worlds of {seeds} with a copy that nobody needed.\n{spurious.FirstOrDefault()}");
    }

    /// <summary>Where one replica alone is edited there is nothing to conflict with, however fast names come and go.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void OneEditorHardlyEverConflicts(int editor)
    {
        var conflicts = new List<string>();
        for (var seed = 0; seed < 2000; seed++)
        {
            var world = new World(seed, 2);
            for (var i = 0; i < 60; i++)
            {
                world.Replicas[editor].Edit();
                if (world.Next(3) == 0) world.Stir(world.Next(8));
            }

            world.Quiesce();
            if (world.Check() is { } error) Assert.Fail($"seed {seed}: {error}\n{world.Dump()}");
            if (world.Replicas[0].Lines().Any(line => line.Contains("(conflict", StringComparison.Ordinal))) conflicts.Add($"seed {seed}\n{world.Dump()}");
        }

        // What is left are moves onto names that are given up by moves of the same moment.
        Assert.True(conflicts.Count <= 10, $"{conflicts.Count} of 2000 worlds\n{conflicts.FirstOrDefault()}");
    }

    /// <summary>Guests that were away for longer than deletions are remembered: they are told all that lives.</summary>
    [Theory]
    [InlineData(2, 1500)]
    [InlineData(4, 1500)]
    public void AGuestBelowTheHorizonConverges(int replicas, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++) Run(seed, replicas, ConflictPolicy.KeepBoth, forgets: true);
    }

    [Theory]
    [InlineData(2, 1500)]
    [InlineData(4, 1500)]
    public void AHostThatDiesLosesNothing(int replicas, int seeds)
    {
        for (var seed = 0; seed < seeds; seed++) Run(seed, replicas, ConflictPolicy.KeepBoth, crashes: true);
    }

    [Theory]
    [InlineData(ConflictPolicy.HostWins)]
    [InlineData(ConflictPolicy.GuestWins)]
    [InlineData(ConflictPolicy.NewestWins)]
    public void EveryPolicyConverges(ConflictPolicy policy)
    {
        for (var seed = 0; seed < 200; seed++) Run(seed, 3, policy);
    }

    private static string? Run(int seed, int replicas, ConflictPolicy policy, bool crashes = false, bool forgets = false)
    {
        var world = new World(seed, replicas, policy) { KeepsDisk = seed % 2 == 0 };
        try
        {
            for (var phase = 0; phase < 3; phase++)
            {
                for (var i = 0; i < 12; i++) world.Replicas[world.Next(replicas)].Edit();
                world.Quiesce();
                if (world.Check() is { } early) Assert.Fail($"seed {seed}, phase {phase}: {early}\n{world.Dump()}");
                foreach (var replica in world.Replicas.Skip(1))
                    if (world.Next(2) == 0) replica.GoOffline();
                for (var i = 0; i < 20; i++)
                {
                    world.Replicas[world.Next(replicas)].Edit();
                    if (world.Next(3) == 0) world.Stir(world.Next(8));
                }

                if (forgets && world.Replicas.Skip(1).Any(r => !r.Online) && world.Next(2) == 0) world.Forget();
                if (crashes && world.Next(3) == 0) world.CrashHost();
                foreach (var replica in world.Replicas) replica.GoOnline();
                world.Stir(10);
                if (world.Next(3) == 0)
                {
                    world.Replicas[^1].GoOffline();
                    world.Replicas[^1].GoOnline();
                }

                world.Quiesce();
                if (world.Check() is { } error) Assert.Fail($"seed {seed}, phase {phase}: {error}\n{world.Dump()}");
            }
        }
        catch (InvalidOperationException e)
        {
            Assert.Fail($"seed {seed}: {e}\n{world.Dump()}");
        }

        return world.Spurious() is { } spurious ? $"seed {seed}: {spurious}\n{world.Dump()}" : null;
    }
}
