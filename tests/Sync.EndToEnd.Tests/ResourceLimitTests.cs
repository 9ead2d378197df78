using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>What the kernel gives out has run out: watches, watchers, descriptors. It is slower then, and nothing is missed, lost or taken for deleted.</summary>
public sealed class ResourceLimitTests
{
    private const int Directories = 40;

    /// <summary>Polling takes a tenth of a core at the most: on a machine that is busy a round is long in coming.</summary>
    private static readonly TimeSpan PollLimit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(true, "max_inotify_watches", 12)]
    [InlineData(false, "max_inotify_watches", 12)]
    [InlineData(true, "max_inotify_instances", 0)]
    [InlineData(false, "max_inotify_instances", 0)]
    public async Task Without_watches_it_is_polled_and_said(bool onHost, string limit, int number)
    {
        IReadOnlyList<string> through = await LoweredLimit.OfUserAsync(limit, number);
        await using Pair pair = await Pair.StartAsync(guests: 0, before: Fill);
        TestAgent limited = pair.Host;
        if (onHost)
        {
            await pair.Host.StopAsync();
            pair.Host.AgentThrough = through;
            await pair.Host.StartAsync();
            await pair.AddGuestAsync();
        }
        else
        {
            TestGuest guest = pair.NewGuest();
            (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
            guest.AgentThrough = through;
            await guest.StartAsync();
            limited = guest;
        }

        await pair.SyncAndCheckAsync();
        Assert.Equal("polling", (await limited.StatusAsync()).GetProperty("watching").GetString());
        (TestTree here, TestTree there) = onHost ? (pair.Host.Tree, pair.Guest.Tree) : (pair.Guest.Tree, pair.Host.Tree);
        Edit(here, "here");
        // Nobody asks for it: it is found by looking again and again.
        await Eventually.HoldsAsync(
            () => Task.FromResult(there.Has($"d{Directories - 1}/in/here") && there.Has("new/here/deep") && !there.Has("d0/b")), 
            () => $"what was polled is there:\n{TreeSnapshot.Diff(TreeSnapshot.Of(here.Root), TreeSnapshot.Of(there.Root))}\n{pair.Host}\n{pair.Guest}",
            PollLimit);
        await pair.SyncAndCheckAsync();
        Edit(there, "there");
        await pair.SyncAndCheckAsync();
        pair.Check("d7/a", "there 7").Check("d1/moved-here", "here 1").Check("d1/moved-there", "there 1").Check("d0/b", null);
        Assert.DoesNotContain(here.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_descriptors_nothing_is_taken_for_deleted_and_it_goes_on_when_there_are_some(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync(before: Fill);
        await pair.SyncAndCheckAsync();
        (TestAgent limited, TestTree here, TestTree there) = onHost ? ((TestAgent)pair.Host, pair.Host.Tree, pair.Guest.Tree) : (pair.Guest, pair.Guest.Tree, pair.Host.Tree);
        // With a few: it gets as far as a listing, or as the file in it. (With none, the runtime itself gives up when it loads something more, and where
        // it compiles as it runs, that is so with a few as well.)
        foreach (int more in Executables.AreNative ? (int[])[3, 5, 8] : [12, 16])
        {
            Func<Task> giveBack = await LoweredLimit.OfFilesAsync(limited.ProcessId, more);
            for (int i = 0; i < 10; i++)
            {
                here.Put($"here/{more}/{i}/new", $"here {i}").Put($"d{i}/a", $"here {more} {i}");
                there.Put($"there/{more}/{i}/new", $"there {i}").Put($"d{10 + i}/a", $"there {more} {i}");
                here.Move($"d{20 + i}", $"d{20 + i}.moved").Move($"d{20 + i}.moved", $"d{20 + i}");
            }

            // Until one of the other side has come all the same, or could not.
            string sign = $"sign-{more}";
            int failures = Failures(limited);
            there.Put(sign, sign);
            await Eventually.HoldsAsync(() => here.Has(sign) || Failures(limited) > failures || !limited.IsRunning, () => $"the limit is felt\n{limited}");
            Assert.True(limited.IsRunning, $"it goes on with {more} descriptors\n{limited}");
            await giveBack();
            // What could not be read is tried again by itself, every 10 s.
            await Eventually.HoldsAsync(async () => (await pair.Guest.RunAsync("flush", "--timeout", "30s")).ExitCode == 0, () => $"a flush is acknowledged\n{limited}", PollLimit);
            await pair.SyncAndCheckAsync();
            for (int i = 0; i < 10; i++)
                pair.Check($"here/{more}/{i}/new", $"here {i}").Check($"d{i}/a", $"here {more} {i}").Check($"there/{more}/{i}/new", $"there {i}").Check($"d{10 + i}/a", $"there {more} {i}").Check($"d{20 + i}/b", "b");
        }

        Assert.DoesNotContain(here.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
    }

    private static int Failures(TestAgent agent) => agent.ToString().Split("could not be put in place", StringSplitOptions.None).Length;

    private static void Fill(TestTree tree)
    {
        for (int i = 0; i < Directories; i++)
            tree.Put($"d{i}/a", $"a{i}").Put($"d{i}/b", "b").Put($"d{i}/in/c", "c");
    }

    private static void Edit(TestTree tree, string who)
    {
        for (int i = 0; i < Directories; i++)
            tree.Put($"d{i}/a", $"{who} {i}").Put($"d{i}/in/{who}", who);
        if (tree.Has("d0/b"))
            tree.Delete("d0/b");
        tree.Move("d1/a", $"d1/moved-{who}").Put($"new/{who}/deep", who);
    }
}
