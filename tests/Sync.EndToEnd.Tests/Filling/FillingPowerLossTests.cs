using System.Diagnostics;
using System.Globalization;
using Sync.EndToEnd.Tests.Crash;
using Sync.EndToEnd.Tests.Harness;
using Sync.EndToEnd.Tests.PowerLoss;
using Xunit;

namespace Sync.EndToEnd.Tests.Filling;

/// <summary>A guest loses power at random moments of its first sync, again and again; its disk is a real file system, as it was at that moment. SYNC_FILL_LOSSES makes it a long run,
/// SYNC_FILL_SEED repeats the same choices.</summary>
public sealed class FillingPowerLossTests
{
    [Fact]
    public Task Power_lost_while_a_tree_comes_tears_nothing_and_loses_nothing_on_ext4() => RunAsync("ext4", 2);

    [Fact]
    public Task Power_lost_while_a_tree_comes_tears_nothing_and_loses_nothing_on_xfs() => RunAsync("xfs", 1);

    [Fact]
    public Task Power_lost_while_a_tree_comes_tears_nothing_and_loses_nothing_on_btrfs() => RunAsync("btrfs", 1);

    private static async Task RunAsync(string fileSystem, int rounds)
    {
        rounds = Number("SYNC_FILL_LOSSES") ?? rounds;
        int seed = Number("SYNC_FILL_SEED") ?? Random.Shared.Next(1_000_000);
        var clock = Stopwatch.StartNew();
        (int losses, int inMidst, int afterSome) = (0, 0, 0);
        for (int round = 0; round < rounds; round++)
        {
            var random = new Random(seed + round);
            FillDirectory[] directories = [];
            await using PoweredPair pair = await PoweredPair.JoinAsync(fileSystem, tree => directories = FillTree.Make(tree, round % 2 == 1 ? FillTree.Long : FillTree.Short));
            // What is not synced on the disk that loses power may go: there nobody works.
            var users = new FillUsers(pair.Host.Tree, pair.Guest.Tree, directories, seed + round);
            var log = new List<string>();
            try
            {
                await pair.Guest.BootAsync();
                using var stop = new CancellationTokenSource();
                Task working = users.RunAsync(stop.Token, guests: false);
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    string next = pair.Guest.Tree.At(".sync/first/next");
                    await Eventually.HoldsAsync(() => Task.FromResult(Directory.Exists(next)), () => "a tree is being built", TimeSpan.FromSeconds(20)).ContinueWith(_ => { }, TaskScheduler.Default);
                    // The power is to go at any moment, whatever is going on.
                    await Task.Delay(random.Next(random.Next(2) == 0 ? 300 : 2500));
                    bool isInMidst = Directory.Exists(next);
                    (losses, inMidst) = (losses + 1, inMidst + (isInMidst ? 1 : 0));
                    await Machine.LosePowerAsync(pair.Guest);
                    int there = directories.Count(directory => Directory.Exists(pair.Guest.Tree.At($"d{directory.Number}")));
                    if (there > 0)
                        afterSome++;
                    log.Add($"lost power {(isInMidst ? "in the midst" : "elsewhere")}, {there} directories there");
                    Dictionary<string, string> torn = Torn(pair.Guest.Tree);
                    Assert.True(torn.Count == 0, $"in place on the disk, and not what anybody made: {string.Join(", ", torn.Take(10))}");
                    await pair.Guest.BootAsync();
                }

                await stop.CancelAsync();
                await working;
                await Settling.RunAsync(pair.Host.Agent, pair.Guest.Agent);
                await Eventually.HoldsAsync(() => !Directory.Exists(pair.Guest.Tree.At(".sync/first")), () => "nothing is left beside");
                pair.Check();
                List<string> wrong = FillCheck.Of(pair.Host.Tree, directories, hasLostPower: true);
                Assert.True(wrong.Count == 0, $"{wrong.Count}:\n{string.Join('\n', wrong.Take(40))}");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"{fileSystem}, seed {seed}, round {round}: {e.Message}\n{string.Join('\n', log)}\n{pair.Host.Agent}\n{pair.Guest.Agent}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{fileSystem}, seed {seed}: {rounds} rounds, {losses} losses, {inMidst} of them while a tree was built, {afterSome} with some of it in place, {clock.Elapsed.TotalSeconds:0} s"));
    }

    /// <summary>Files that stand in place, and have neither what the host had at first nor what its users made of it.</summary>
    private static Dictionary<string, string> Torn(TestTree guest)
    {
        var torn = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string path, SnapshotEntry entry) in TreeSnapshot.Of(guest.Root).Entries)
        {
            if (entry.Kind != "file")
                continue;
            string content = guest.Read(path);
            if (!FillTree.CanBe(content))
                torn[path] = $"'{Acknowledged.Head(content)}' of {content.Length}";
        }

        return torn;
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
