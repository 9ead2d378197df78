using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>Machines lose power at random moments while many programs save on both sides; their disks are real file systems, as they were at that
/// moment. SYNC_POWER_LOSSES makes it a long run, SYNC_POWER_SEED repeats the same choices.</summary>
public sealed class PowerLossTests
{
    /// <summary>Of one pair: its disks are small.</summary>
    private const int MaxRounds = 20;

    [Fact]
    public Task Nothing_acknowledged_is_lost_and_nothing_torn_is_told_on_ext4() => RunAsync("ext4", 2);

    [Fact]
    public Task Nothing_acknowledged_is_lost_and_nothing_torn_is_told_on_xfs() => RunAsync("xfs", 1);

    [Fact]
    public Task Nothing_acknowledged_is_lost_and_nothing_torn_is_told_on_btrfs() => RunAsync("btrfs", 1);

    private static async Task RunAsync(string fileSystem, int rounds)
    {
        rounds = Number("SYNC_POWER_LOSSES") ?? rounds;
        int seed = Number("SYNC_POWER_SEED") ?? Random.Shared.Next(1_000_000);
        var clock = Stopwatch.StartNew();
        var figures = new PowerLossFigures();
        for (int first = 0; first < rounds; first += MaxRounds)
        {
            await using PoweredPair pair = await PoweredPair.StartAsync(fileSystem);
            var losses = new PowerLossRounds(pair, seed + first, figures);
            for (int round = first; round < Math.Min(rounds, first + MaxRounds); round++)
            {
                try
                {
                    await losses.RunOneAsync();
                }
                catch (InvalidOperationException e)
                {
                    Assert.Fail($"{fileSystem}, seed {seed}, round {round}: {e.Message}");
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{fileSystem}, seed {seed}: {figures}, {clock.Elapsed.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
