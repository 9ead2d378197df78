using System.Diagnostics;
using System.Globalization;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A guest was away while much has changed on both sides. SYNC_AWAY_CHANGES: so many on each (100,000 make it a long run).</summary>
public sealed class LongAwayTests
{
    private const int Changes = 2_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task Changes_of_a_day_on_both_sides_merge_right()
    {
        int changes = int.TryParse(Environment.GetEnvironmentVariable("SYNC_AWAY_CHANGES"), CultureInfo.InvariantCulture, out int asked) ? asked : Changes;
        var merge = new DayOfChanges(changes);
        await using Pair pair = await Pair.StartAsync(before: merge.Fill);
        await FlushAsync(pair);
        await pair.Guest.StopAsync();
        merge.EditHost(pair.Host.Tree);
        (await FlushHostAsync(pair)).Expect(0);
        merge.EditGuest(pair.Guest.Tree);
        var clock = Stopwatch.StartNew();
        await pair.Guest.StartAsync();
        await FlushAsync(pair);
        double seconds = clock.Elapsed.TotalSeconds;
        pair.Check();
        merge.Check(pair.Host.Tree);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{merge.HostChanges} changes on the host, {merge.GuestChanges} on the guest, {merge.Conflicts} of them of the same files: merged {seconds:0.0} s after the guest's start"));
    }

    private static async Task FlushAsync(Pair pair)
    {
        CommandResult? last = null;
        await Eventually.HoldsAsync(async () => (last = await pair.Guest.RunAsync("flush", "--timeout", "50s")).ExitCode == 0, () => $"the flush is acknowledged: {last}\n{pair.Host}\n{pair.Guest}", Limit);
    }

    private static async Task<CommandResult> FlushHostAsync(Pair pair)
    {
        CommandResult? last = null;
        await Eventually.HoldsAsync(async () => (last = await pair.Host.RunAsync("flush", "--timeout", "50s")).ExitCode == 0, () => $"the host's flush is acknowledged: {last}", Limit);
        return last!;
    }
}
