using System.Security.Cryptography;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>What is done once and acknowledged, and then the power goes: tags and pulls. One disk for all of a machine.</summary>
public sealed class OnceTests
{
    private const int Losses = 2;

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public async Task A_tag_that_was_made_is_whole_and_one_that_was_not_is_none(string fileSystem)
    {
        await using DiskShelf shelf = await DiskShelf.OpenAsync();
        await using Disk disk = await Disk.MakeAsync(shelf, fileSystem, "host");
        var tree = new TestTree(Directory.CreateDirectory(Path.Combine(disk.Directory, "tree")).FullName);
        await using var host = new TestHost(Path.Combine(disk.Directory, "data"), FreePort.Take(), Pair.Share + "=" + tree.Root) { Tree = tree };
        var machine = new Machine(host, tree, disk);
        Fill(tree, 0);
        await machine.BootAsync();
        string puller = Directory.CreateDirectory(Path.Combine(shelf.Directory, "puller")).FullName;
        await using var guest = new TestGuest(Path.Combine(puller, "data"), new TestTree(Path.Combine(puller, "unused")));
        (await guest.RunAsync("pull", await host.InviteAsync(), Path.Combine(puller, "first"))).Expect(0);
        var made = new Dictionary<string, TreeSnapshot>(StringComparer.Ordinal);
        for (int loss = 0; loss < Losses; loss++)
        {
            Fill(tree, loss + 1);
            TreeSnapshot now = TreeSnapshot.Of(tree.Root);
            string name = "v" + loss.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Task<CommandResult> tagging = host.RunAsync("tag", Pair.Share, name);
            // Every other time at whatever moment it is then.
            if (loss % 2 == 0)
            {
                (await tagging).Expect(0);
                made.Add(name, now);
            }
            else
            {
                await Eventually.HoldsAsync(() => tagging.IsCompleted || Kept(tree) > 10 * loss, () => "some of it is kept");
            }

            await Machine.LosePowerAsync(machine);
            await tagging;
            await machine.BootAsync();
            await host.StateAsync("in-sync");
            string[] listed = [.. (await host.RunAsync("tag", "list", "--json")).Expect(0).Json.GetProperty("tags").EnumerateArray().Select(t => t.GetProperty("name").GetString()!)];
            foreach ((string tag, TreeSnapshot then) in made)
            {
                Assert.Contains(tag, listed);
                string workspace = Path.Combine(puller, $"{tag}-{loss}");
                (await guest.RunAsync("pull", Pair.Share, workspace, "--at", tag)).Expect(0);
                string diff = TreeSnapshot.Diff(then, TreeSnapshot.Of(workspace), "tagged", "pulled");
                Assert.True(diff.Length == 0, $"{fileSystem}, {tag} after loss {loss}\n{diff}");
                Directory.Delete(workspace, recursive: true);
            }

            // One that was under way: all of it or nothing.
            foreach (string tag in listed.Where(t => !made.ContainsKey(t)))
                (await guest.RunAsync("pull", Pair.Share, Path.Combine(puller, $"{tag}-{loss}"), "--at", tag)).Expect(0);
        }
    }

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public async Task A_workspace_is_the_old_tree_or_the_new_one_and_the_next_pull_makes_it_the_share(string fileSystem)
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        await using DiskShelf shelf = await DiskShelf.OpenAsync();
        await using Disk disk = await Disk.MakeAsync(shelf, fileSystem, "guest");
        string bootId = disk.Directory + ".boot-id";
        await using var guest = new TestGuest(Path.Combine(disk.Directory, "data"), new TestTree(Path.Combine(disk.Directory, "unused")));
        guest.SeeBootId(bootId);
        // There is no agent: the commands are to see it.
        (guest.Through, guest.AgentThrough) = (guest.AgentThrough, []);
        string[] pull = ["pull", Pair.Share, Path.Combine(disk.Directory, "workspace"), "--cache", Path.Combine(disk.Directory, "cache")];
        Fill(pair.Host.Tree, 0);
        await BootAsync();
        (await guest.RunProcessAsync(["pull", await pair.Host.InviteAsync(), .. pull[2..]])).Expect(0);
        TreeSnapshot old = TreeSnapshot.Of(pair.Host.Tree.Root);
        for (int loss = 0; loss < Losses; loss++)
        {
            Fill(pair.Host.Tree, loss + 1);
            TreeSnapshot next = TreeSnapshot.Of(pair.Host.Tree.Root);
            Task<CommandResult> pulling = guest.RunProcessAsync(pull);
            if (loss % 2 == 0) (await pulling).Expect(0);
            else await Eventually.HoldsAsync(() => pulling.IsCompleted || BuiltBeside() > 20 * loss, () => "some of it is there");
            await disk.SaveAsync();
            // What the process does after that moment is not on the disk that is kept.
            bool wasDone = pulling.IsCompleted;
            (await pulling).Expect(0);
            await disk.GoBackAsync();
            await BootAsync();
            TreeSnapshot found = TreeSnapshot.Of(pull[2]);
            string asNext = TreeSnapshot.Diff(next, found, "the share", "the workspace");
            string asOld = TreeSnapshot.Diff(old, found, "the share before", "the workspace");
            Assert.True(asNext.Length == 0 || (asOld.Length == 0 && !wasDone), $"{fileSystem}, loss {loss}, {(wasDone ? "acknowledged" : "under way")}\n{asNext}\n{asOld}");
            (await guest.RunProcessAsync(pull)).Expect(0);
            string diff = TreeSnapshot.Diff(next, TreeSnapshot.Of(pull[2]), "the share", "the workspace");
            Assert.True(diff.Length == 0, diff);
            old = next;
        }

        Task BootAsync() => File.WriteAllTextAsync(bootId, Guid.NewGuid().ToString() + "\n", TestContext.Current.CancellationToken);

        int BuiltBeside() => Directory.Exists(Path.Combine(disk.Directory, ".workspace.sync-pull"))
            ? Directory.EnumerateFiles(Path.Combine(disk.Directory, ".workspace.sync-pull"), "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Count()
            : 0;
    }

    /// <summary>A hundred files, of which most are others each time.</summary>
    private static void Fill(TestTree tree, int round)
    {
        for (int i = 0; i < 100; i++)
        {
            if (i % 4 != 3 || round == 0)
                tree.Put($"d{i % 7}/f{i}", RandomNumberGenerator.GetBytes(i % 10 == 0 ? 300_000 : 2_000));
        }
    }

    private static int Kept(TestTree tree) =>
        Directory.Exists(tree.At(".sync/tags/new")) ? Directory.EnumerateFiles(tree.At(".sync/tags/new")).Count() : 0;
}
