using System.Diagnostics;
using System.Globalization;
using Sync.EndToEnd.Tests.Crash;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.Filling;

/// <summary>Agents are killed at random moments of a guest's first sync, again and again, while users on both sides work in what comes. SYNC_FILL_ROUNDS makes it a long run, SYNC_FILL_SEED
/// repeats the same choices.</summary>
public sealed class FillingCrashTests
{
    private const int Rounds = 1;

    [Fact]
    public async Task Killed_while_a_tree_comes_nothing_is_lost_and_nothing_comes_back()
    {
        int rounds = Number("SYNC_FILL_ROUNDS") ?? Rounds;
        int seed = Number("SYNC_FILL_SEED") ?? Random.Shared.Next(1_000_000);
        int kills = 0;
        int fillings = 0;
        int acts = 0;
        int former = 0;
        var clock = Stopwatch.StartNew();
        for (int round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            FillDirectory[] directories = [];
            await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => directories = FillTree.Make(tree, round % 3 == 2 ? FillTree.Long : FillTree.Short));
            var users = new FillUsers(pair.Host.Tree, pair.NewGuest().Tree, directories, seed + round);
            var log = new List<string>();
            try
            {
                (await pair.Guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
                await pair.Guest.StartAsync();
                kills += await RunAsync(pair, users, random, log);
                await Settling.RunAsync(pair.Host, pair.Guest);
                await Eventually.HoldsAsync(() => !Directory.Exists(Path.Combine(pair.Guest.Tree.Root, ".sync", "first")), () => "nothing is left beside");
                pair.Check();
                List<string> wrong = FillCheck.Of(pair.Host.Tree, directories);
                Assert.True(wrong.Count == 0, $"{wrong.Count}:\n{string.Join('\n', wrong.Take(60))}");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"seed {seed}, round {round}: {e.Message}\n{string.Join('\n', log)}\n{await pair.Guest.RunAsync("status", "--json")}\n{pair.Host}\n{pair.Guest}");
            }

            fillings += log.Count(line => line.Contains(FillingTests.Together, StringComparison.Ordinal));
            acts += users.Acts.Values.Sum();
            former += directories.Count(directory => directory.IsUnderFormerName);
            TestContext.Current.TestOutputHelper?.WriteLine($"round {round}: {string.Join(", ", users.Acts)}; {string.Join("; ", log)}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {rounds} rounds, {fillings} fillings, {kills} kills, {acts} acts of users, {former} renamed directories under their former name, {clock.Elapsed.TotalSeconds:0} s"));
    }

    /// <summary>Kills the guest, or now and then the host, at random moments; pauses it now and then.</summary>
    /// <returns>How many were killed.</returns>
    private static async Task<int> RunAsync(Pair pair, FillUsers users, Random random, List<string> log)
    {
        using var stop = new CancellationTokenSource();
        Task working = users.RunAsync(stop.Token);
        int kills = random.Next(2, 6);
        for (int i = 0; i < kills; i++)
        {
            // The kill is to come at any moment, whatever is going on.
            int after = random.Next(1400);
            int which = random.Next(5);
            bool isBeforeItsEnd = random.Next(3) > 0;
            TestAgent victim = which == 0 ? pair.Host : pair.Guest;
            if (isBeforeItsEnd)
                await Task.WhenAny(FillsAsync(pair.Guest), Task.Delay(3000));
            await Task.Delay(isBeforeItsEnd ? after / 2 : after);
            if (which == 1)
            {
                await pair.Guest.RunAsync("pause");
                await Task.Delay(random.Next(300));
                (await pair.Guest.RunAsync("resume")).Expect(0);
                log.Add("paused");
                continue;
            }

            await victim.KillAsync();
            log.Add($"{Path.GetFileName(victim.Executable)} killed after {after} ms, {(pair.Guest.ToString().Contains(FillingTests.Together, StringComparison.Ordinal) ? FillingTests.Together : "nothing was filled")}");
            await Task.Delay(random.Next(200));
            await victim.StartAsync();
        }

        await Task.Delay(random.Next(1500));
        await stop.CancelAsync();
        await working;
        return kills;
    }

    private static Task FillsAsync(TestGuest guest) =>
        Eventually.HoldsAsync(() => Directory.Exists(Path.Combine(guest.Tree.Root, ".sync", "first", "next")), () => "a tree is being built").ContinueWith(_ => { }, TaskScheduler.Default);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
