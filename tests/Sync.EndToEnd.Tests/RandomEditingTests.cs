using System.Diagnostics;
using System.Globalization;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A host and ten guests whose users edit one share at random, all at once. SYNC_EDIT_SECONDS makes it a long run, SYNC_EDIT_SEED repeats its choices.</summary>
public sealed class RandomEditingTests
{
    private const int Guests = 10;
    private const int Seconds = 30;

    /// <summary>Eleven replicas settle, one flush after the other.</summary>
    private static readonly TimeSpan RestLimit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Ten_guests_that_edit_one_share_at_random_end_identical()
    {
        var time = TimeSpan.FromSeconds(Number("SYNC_EDIT_SECONDS") ?? Seconds);
        int seed = Number("SYNC_EDIT_SEED") ?? Random.Shared.Next(1_000_000);
        await using Pair pair = await Pair.StartAsync(Guests, tree => new TreeMaker(seed).Fill(tree, 60));
        await pair.SyncAndCheckAsync();
        TestTree[] trees = [pair.Host.Tree, .. pair.Guests.Select(guest => guest.Tree)];
        using var stop = new CancellationTokenSource(time);
        RandomEditor[] editors = [.. trees.Select((tree, i) => new RandomEditor(tree, i, seed + i))];
        await Task.WhenAll(editors.Select(editor => Task.Run(() => editor.RunAsync(stop.Token))));
        var rest = Stopwatch.StartNew();
        // What one has that another lacks comes by way of the host: when all are acknowledged in one round, nothing is under way any more.
        string last = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                CommandResult[] results = await Task.WhenAll(pair.Guests.Select(guest => guest.RunAsync("flush", "--timeout", "50s")));
                last = string.Join('\n', results.Where(result => result.ExitCode != 0));
                return last.Length == 0;
            },
            () => $"all flushes are acknowledged: {last}",
            RestLimit);
        await pair.SyncAndCheckAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seed {seed}: {editors.Sum(editor => editor.Edits)} edits in {time.TotalSeconds:0} s, at rest after {rest.Elapsed.TotalSeconds:0.0} s, {pair.Host.Tree.Paths().Length} entries, {pair.Host.Tree.Paths().Count(path => path.Contains(" (conflict ", StringComparison.Ordinal))} conflict copies"));
        Assert.All(editors, editor => Assert.True(editor.Edits > 0));
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
