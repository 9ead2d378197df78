using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>What cannot be done is told in one line: what, which path or name, what to do next.</summary>
public sealed class CommandErrorTests
{
    [Fact]
    public async Task A_directory_that_is_a_file_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string file = pair.Temporary("file");
        File.WriteAllText(file, "x");
        (await pair.Host.RunAsync("share", "add", "file", file)).ExpectLine(1, file, "is a file");
        await using (var host = new TestHost(pair.Temporary("second.data"), FreePort.Take(), "file=" + file))
            (await host.StartToFailAsync()).ExpectLine(1, file, "is a file");
        TestGuest guest = pair.NewGuest();
        string token = await pair.Host.InviteAsync();
        (await guest.RunAsync("join", token, file)).ExpectLine(1, file, "is a file");
        string[] below = [Path.Combine(file, "below"), Path.Combine(file, "far", "below"), "/proc/xx"];
        foreach (string path in below)
        {
            CommandResult refused = await guest.RunAsync("join", token, path);
            refused.ExpectLine(1, path + " cannot be made", path.StartsWith(file, StringComparison.Ordinal) ? file + " is a file" : "in /proc", "name another");
            Assert.DoesNotContain("Could not find", refused.Error, StringComparison.Ordinal);
        }

        // None of this has used the invite.
        (await guest.JoinAsync(token)).Expect(0);
        Assert.Equal("x", File.ReadAllText(file));
    }

    [Fact]
    public async Task A_directory_in_use_is_not_joined()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("inner/a", "1"));
        await pair.SyncAsync();
        await using TestHost other = new(pair.Temporary("other.data"), FreePort.Take(), "other=" + Directory.CreateDirectory(pair.Temporary("other")).FullName);
        await other.StartAsync();
        string token = await other.InviteAsync("--share", "other");
        // Another joined directory, the host's own, the data directories.
        (await pair.Guest.RunAsync("join", token, pair.Guest.Tree.At("inner"))).ExpectLine(1, pair.Guest.Tree.At("inner"), "inside", "joined to share work");
        (await pair.Guest.RunAsync("join", token, Path.GetDirectoryName(pair.Guest.Tree.Root)!)).ExpectLine(1, "holds");
        (await pair.Guest.RunAsync("join", token, pair.Host.Tree.Root)).ExpectLine(1, pair.Host.Tree.Root, "another agent");
        (await pair.Guest.RunAsync("join", token, pair.Host.Tree.At("inner"))).ExpectLine(1, pair.Host.Tree.At("inner"), "another agent");
        (await pair.Guest.RunAsync("join", token, pair.Guest.DataDirectory)).ExpectLine(1, pair.Guest.DataDirectory);
        (await pair.Guest.RunAsync("join", token, Path.Combine(pair.Guest.DataDirectory, "x"))).ExpectLine(1, "data directory");
        (await pair.Guest.RunAsync("join", token, Path.Combine(pair.Host.DataDirectory, "x"))).ExpectLine(1, "data directory");
        (await other.RunAsync("share", "add", "stolen", pair.Guest.Tree.Root)).ExpectLine(1, pair.Guest.Tree.Root, "another agent");
        // The same share twice would be one guest with two directories.
        (await pair.Guest.RunAsync("join", await pair.Host.InviteAsync(), pair.Temporary("twice"))).ExpectLine(1, pair.Guest.Tree.Root, "leave");
        Assert.False(Directory.Exists(pair.Temporary("twice")));
        (await pair.Guest.RunAsync("join", token, pair.Temporary("free"))).Expect(0);
        pair.Host.Tree.Put("inner/b", "2");
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task A_directory_in_use_is_found_behind_a_link_and_a_linked_root_is_the_directory_itself()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("inner/a", "1"));
        string links = Directory.CreateDirectory(pair.Temporary("links")).FullName;
        File.CreateSymbolicLink(Path.Combine(links, "inner"), pair.Host.Tree.At("inner"));
        File.CreateSymbolicLink(Path.Combine(links, "above"), Path.GetDirectoryName(pair.Host.Tree.Root)!);
        (await pair.Host.RunAsync("share", "add", "linked", Path.Combine(links, "inner"))).ExpectLine(1, pair.Host.Tree.At("inner"), "inside", "share work");
        (await pair.Host.RunAsync("share", "add", "linked", Path.Combine(links, "above"))).ExpectLine(1, "holds", "share work");
        TestGuest guest = pair.NewGuest();
        File.CreateSymbolicLink(Path.Combine(links, "guest"), guest.Tree.Root);
        (await guest.RunAsync("join", await pair.Host.InviteAsync(), Path.Combine(links, "guest"))).Expect(0);
        await guest.StartAsync();
        guest.Tree.Put("b", "2");
        await pair.SyncAndCheckAsync();
        // The link is not looked at any more.
        File.Delete(Path.Combine(links, "guest"));
        pair.Host.Tree.Put("c", "3");
        await pair.SyncAndCheckAsync();
    }

    /// <summary>A chain of agents needs a directory that two of them have: its second link is refused, whoever asks and by whatever name. Where the first agent does not run, it is the one
    /// that is refused, at its start, as long as the other has the directory.</summary>
    [Fact]
    public async Task A_chain_of_agents_is_refused_at_its_second_link()
    {
        // A, the host, has a share; B, the guest, has joined it.
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("inner/a", "1"));
        await pair.SyncAsync();
        string links = Directory.CreateDirectory(pair.Temporary("links")).FullName;
        File.CreateSymbolicLink(Path.Combine(links, "b"), pair.Guest.Tree.Root);
        File.CreateSymbolicLink(Path.Combine(links, "a"), pair.Host.Tree.Root);
        // C would share B's directory, on to the next.
        await using TestHost third = new(pair.Temporary("third.data"), FreePort.Take(), "third=" + Directory.CreateDirectory(pair.Temporary("third")).FullName);
        await third.StartAsync();
        foreach (string b in (string[])[pair.Guest.Tree.Root, Path.Combine(links, "b"), Path.Combine(links, "b", "inner")])
            (await third.RunAsync("share", "add", "chain", b)).ExpectLine(1, pair.Guest.Tree.Root, "another agent");
        // And what C shares would come to A's own directory, by a guest there.
        TestGuest back = pair.NewGuest();
        string token = await third.InviteAsync("--share", "third");
        foreach (string a in (string[])[pair.Host.Tree.Root, Path.Combine(links, "a"), Path.Combine(links, "a", "inner")])
            (await back.RunAsync("join", token, a)).ExpectLine(1, pair.Host.Tree.Root, "another agent");
        await using (TestHost other = new(pair.Temporary("other.data"), FreePort.Take(), "chain=" + Path.Combine(links, "b")))
            (await other.StartToFailAsync()).ExpectLine(1, pair.Guest.Tree.Root, "another agent");

        // The invite is not used up, and nothing of this came into anybody's tree.
        (await back.RunAsync("join", token, back.Tree.Root)).Expect(0);
        pair.Guest.Tree.Put("b", "2");
        await pair.Guest.FlushAsync();
        pair.Host.Tree.Check("b", "2");
        Assert.Equal(["b", "inner", "inner/a"], pair.Host.Tree.Paths().Order(StringComparer.Ordinal));

        await pair.Guest.StopAsync();
        await using (TestHost other = new(pair.Temporary("later.data"), FreePort.Take(), "chain=" + Path.Combine(links, "b")))
        {
            await other.StartAsync();
            await pair.Guest.StartAsync();
            await pair.Guest.StateAsync("halted");
            Assert.Contains("is synced by another agent", (await pair.Guest.RunAsync("status")).Output, StringComparison.Ordinal);
            pair.Host.Tree.Put("c", "3");
            await other.StopAsync();
        }

        // It is tried again.
        await Eventually.HoldsAsync(() => Task.FromResult(pair.Guest.Tree.Has("c")), () => $"the guest goes on\n{pair.Guest}");
    }

    [Fact]
    public async Task A_directory_in_use_is_found_behind_a_bind_mount()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("inner/a", "1"));
        await pair.SyncAsync();
        await using TestHost other = new(pair.Temporary("other.data"), FreePort.Take(), "other=" + Directory.CreateDirectory(pair.Temporary("other")).FullName);
        await other.StartAsync();
        string token = await other.InviteAsync("--share", "other");
        string hosts = Directory.CreateDirectory(pair.Temporary("hosts bound")).FullName;
        string guests = Directory.CreateDirectory(pair.Temporary("guests.bound")).FullName;
        string above = Directory.CreateDirectory(pair.Temporary("above")).FullName;
        await using Mounted one = await Mounted.BindAsync(pair.Host.Tree.At("inner"), hosts);
        await using Mounted two = await Mounted.BindAsync(pair.Guest.Tree.At("inner"), guests);
        (await pair.Host.RunAsync("share", "add", "bound", hosts)).ExpectLine(1, hosts, "inside", pair.Host.Tree.Root, "share work");
        (await pair.Guest.RunAsync("join", token, guests)).ExpectLine(1, guests, "inside", pair.Guest.Tree.Root, "joined to share work");
        (await pair.Guest.RunAsync("join", token, Path.Combine(guests, "below"))).ExpectLine(1, guests, "inside", pair.Guest.Tree.Root);
        // Another agent has it.
        (await pair.Guest.RunAsync("join", token, hosts)).ExpectLine(1, hosts, pair.Host.Tree.Root, "another agent");
        (await other.RunAsync("share", "add", "bound", guests)).ExpectLine(1, guests, pair.Guest.Tree.Root, "another agent");
        await two.UnmountAsync();
        await using (await Mounted.BindAsync(pair.Guest.Tree.Root, guests))
            (await pair.Guest.RunAsync("join", token, guests)).ExpectLine(1, guests, "already");
        await using (await Mounted.BindAsync(Path.GetDirectoryName(pair.Host.Tree.Root)!, above))
        {
            (await pair.Host.RunAsync("share", "add", "bound", above)).ExpectLine(1, above, "holds", pair.Host.Tree.Root);
            (await pair.Host.RunAsync("share", "add", "bound", Path.Combine(above, Path.GetFileName(pair.Host.DataDirectory)))).ExpectLine(1, "data directory");
            // Nobody's, whatever it is called.
            (await pair.Guest.RunAsync("join", token, Path.Combine(above, "free"))).Expect(0);
        }

        Assert.False(Directory.Exists(pair.Host.Tree.At("inner/.sync")));
        Assert.False(Directory.Exists(pair.Guest.Tree.At("inner/.sync")));
        // The last one is halted, as soon as that is seen: its mount is gone.
        await pair.Guest.FlushAsync(share: Pair.Share);
        pair.Check();
    }

    [Fact]
    public async Task Two_agents_on_one_directory_do_not_both_run()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        await using TestGuest second = new(pair.Temporary("second.data"), pair.Guest.Tree);
        (await second.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await second.StartAsync();
        await second.FlushAsync();
        await pair.Guest.StartAsync();
        await pair.Guest.StateAsync("halted");
        Assert.Contains("another agent", (await pair.Guest.StatusAsync()).GetProperty("reason").GetString()!, StringComparison.Ordinal);
        await pair.Guest.FlushAsync(expect: 4);
        pair.Guest.Tree.Put("b", "2");
        await second.FlushAsync();
        pair.Host.Tree.Check("b", "2");
        await second.StopAsync();
        (await pair.Guest.RunAsync("resume")).Expect(0);
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task Names_that_nothing_bears_are_told()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        foreach (TestAgent agent in (TestAgent[])[pair.Host, pair.Guest])
        {
            foreach (string[] command in (string[][])[
                ["flush"], ["status"], ["status", "--json"], ["pause"], ["resume"], ["resume", "--force"], ["conflicts"], ["conflicts", "list"],
                ["conflicts", "resolve", "--keep", "host", "--all"], ["versions"], ["versions", "list"], ["verify"], ["revert"]])
                (await agent.RunAsync([.. command, "--share", "nope"])).ExpectLine(1, "nope", "status");
            (await agent.RunAsync("conflicts", "resolve", "--keep", "host", "nope")).ExpectLine(1, "nope", "conflicts list");
            (await agent.RunAsync("conflicts", "resolve", "--keep", "host", "/elsewhere/nope")).ExpectLine(1, "/elsewhere/nope", "status");
            (await agent.RunAsync("versions", "list", "/elsewhere/nope")).ExpectLine(1, "/elsewhere/nope", "status");
            (await agent.RunAsync("versions", "restore", "nope")).ExpectLine(1, "nope", "versions list");
        }

        foreach (string[] command in (string[][])[["show", "nope"], ["remove", "nope"], ["set", "nope", "--conflicts", "host-wins"]])
            (await pair.Host.RunAsync(["share", .. command])).ExpectLine(1, "nope", "share list");
        foreach (string[] command in (string[][])[["guest", "revoke", "nope"], ["guest", "set", "nope", "--direction", "to-guest"], ["flush", "--guest", "nope"]])
            (await pair.Host.RunAsync(command)).ExpectLine(1, "nope", "guest list");
        (await pair.Host.RunAsync("invite", "--share", "nope")).ExpectLine(1, "nope", "share list");
        (await pair.Host.RunAsync("invite", "revoke", "nope")).ExpectLine(1, "nope", "invite list");
        (await pair.Guest.RunAsync("leave", pair.Temporary("nope"))).ExpectLine(1, pair.Temporary("nope"), "status");
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task To_keep_the_bytes_of_a_guest_that_has_no_copy_decides_nothing()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a.txt", "0"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Put("a.txt", "host");
            pair.Guest.Tree.Put("a.txt", "guest");
        });
        await pair.SyncAsync();
        string copy = Assert.Single(pair.Host.Tree.ConflictCopies("a.txt"));
        string name = await pair.Guest.NameAsync();
        foreach (TestAgent agent in (TestAgent[])[pair.Host, pair.Guest])
        {
            (await agent.RunAsync("conflicts", "resolve", "--keep", "nope", "--all")).ExpectLine(2, "nope", "host, both, " + name);
            (await agent.RunAsync("conflicts", "resolve", "--keep", "nope", "a.txt")).ExpectLine(2, "nope", "host, both, " + name);
        }

        (await pair.NewGuest().JoinAsync(await pair.Host.InviteAsync(), "--name", "other")).Expect(0);
        (await pair.Host.RunAsync("conflicts", "resolve", "--keep", "other", "--all")).ExpectLine(3, "other", "conflicts list");
        (await pair.Host.RunAsync("conflicts", "resolve", "--keep", "other", "a.txt")).ExpectLine(1, "other", "conflicts list");

        await pair.SyncAndCheckAsync();
        pair.Check("a.txt", "host").Check(copy, "guest");
    }

    [Fact]
    public async Task A_command_without_an_agent_says_what_to_start()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string none = pair.Temporary("none");
        await using TestHost host = new(none, FreePort.Take());
        await using TestGuest guest = new(none, new TestTree(none));
        foreach ((TestAgent agent, string start) in ((TestAgent, string)[])[(host, "sync-host serve"), (guest, "sync-guest run")])
        {
            foreach (string[] command in (string[][])[
                ["flush"], ["status"], ["status", "--json"], ["pause"], ["resume"], ["conflicts"], ["conflicts", "resolve", "--keep", "both", "--all"],
                ["versions"], ["versions", "restore", "x"], ["verify"], ["revert"]])
                (await agent.RunAsync(command)).ExpectLine(1, none, start);
        }

        Assert.False(Directory.Exists(none));
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_used_is_told()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string file = pair.Temporary("file");
        File.WriteAllText(file, "x");
        foreach (string data in (string[])[file, Path.Combine(file, "below"), "/proc/none"])
        {
            await using TestHost host = new(data, FreePort.Take());
            (await host.StartToFailAsync()).ExpectLine(1, data, "--data");
            await using TestGuest guest = new(data, new TestTree(pair.Temporary("g")));
            (await guest.StartToFailAsync()).ExpectLine(1, data, "--data");
            (await guest.JoinAsync(await pair.Host.InviteAsync())).ExpectLine(1, data, "--data");
        }
    }
}
