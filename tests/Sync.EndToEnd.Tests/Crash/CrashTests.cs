using System.Diagnostics;
using System.Globalization;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Agents are killed at random moments while many programs save on both sides. SYNC_CRASH_ROUNDS makes it a long run, SYNC_CRASH_SEED
/// repeats one.</summary>
public sealed class CrashTests
{
    private const int Rounds = 6;

    [Fact]
    public async Task A_kill_under_load_loses_nothing_and_makes_no_conflict_that_nobody_caused()
    {
        int rounds = Number("SYNC_CRASH_ROUNDS") ?? Rounds;
        int seed = Number("SYNC_CRASH_SEED") ?? Random.Shared.Next(1_000_000);
        await using Pair pair = await Pair.StartAsync();
        var crashes = new CrashRounds(pair, seed);
        var clock = Stopwatch.StartNew();
        for (int round = 0; round < rounds; round++)
        {
            try
            {
                await crashes.RunOneAsync();
            }
            catch (InvalidOperationException e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e.Message}");
            }
        }

        // Takes a minute by itself.
        if (rounds > Rounds)
            await crashes.CheckLeftoversAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {seed}: {rounds} rounds, {crashes.Kills} kills, {crashes.Acknowledged} flushes acknowledged before one ({crashes.AcknowledgedFiles} files), {crashes.Files} files stand, {clock.Elapsed.TotalSeconds:0} s");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
