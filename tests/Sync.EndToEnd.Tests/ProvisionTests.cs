using System.Text.RegularExpressions;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A fresh machine joins by itself: the script is run as it is at a first boot, against a host.</summary>
public sealed class ProvisionTests
{
    [Fact]
    public async Task The_script_fetches_checks_joins_and_starts_and_run_again_does_no_harm()
    {
        await using Pair pair = await Pair.StartWithApiAsync(guests: 0, before: tree => tree.Put("from-host", "1"));
        string packages = Directory.CreateDirectory(Path.Combine(pair.Host.DataDirectory, "packages")).FullName;
        string archive = Path.Combine(packages, "sync-guest-9.9.9-linux-x64.tar.gz");
        string stage = Path.Combine(Path.GetDirectoryName(Executables.Guest)!, ".");
        (await SystemCommand.RunAsync("tar", "-czf", archive, "--transform", "s,^\\.,sync-guest-9.9.9-linux-x64,", "-C", stage, ".")).Expect(0);
        // The ready line comes before the API's.
        using ApiClient api = await pair.Host.ApiAsync(null);
        string from = api.Address.Authority;

        // A fresh machine would ask itself.
        CommandResult nowhere = await pair.Host.RunAsync("guest", "provision", "build-7", "--share", Pair.Share, "--format", "shell");
        Assert.Equal(2, nowhere.ExitCode);
        Assert.Contains("--from", nowhere.Error, StringComparison.Ordinal);
        CommandResult provisioned = (await pair.Host.RunAsync("guest", "provision", "build-7", "--share", Pair.Share, "--format", "shell", "--from", from, "--dir", pair.Temporary("joined"))).Expect(0);
        Assert.Contains("/packages/sync-guest-9.9.9-linux-x64.tar.gz", provisioned.Error, StringComparison.Ordinal);
        string script = pair.Temporary("join.sh");
        await File.WriteAllTextAsync(script, provisioned.Output, TestContext.Current.CancellationToken);

        // What was offered is what is taken: another archive in its place is not unpacked.
        byte[] good = await File.ReadAllBytesAsync(archive, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(archive, [.. good, 0], TestContext.Current.CancellationToken);
        CommandResult refused = await RunAsync(pair, script);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("its hash differs", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(pair.Temporary("program")));
        await File.WriteAllBytesAsync(archive, good, TestContext.Current.CancellationToken);

        // In the foreground, as in a container: the agent takes the script's place.
        await using (ProcessRun agent = ProcessRun.Start("env", [.. Environment(pair), "SYNC_FOREGROUND=1", "sh", script]))
        {
            await Eventually.HoldsAsync(() => Task.FromResult(agent.Said("sync-guest: running, ")), () => $"the agent runs\n{agent}", TimeSpan.FromMinutes(2));
            await using var guest = new TestGuest(pair.Temporary("guest.data"), new TestTree(pair.Temporary("joined")));
            guest.Tree.Put("from-guest", "2");
            await guest.FlushAsync();
            guest.Tree.Check("from-host", "1");
            pair.Host.Tree.Check("from-guest", "2");
            Assert.Contains("build-7", (await pair.Host.RunAsync("guest", "list")).Expect(0).Output, StringComparison.Ordinal);
            (await agent.EndBySignalAsync(Libc.SigTerm, TimeSpan.FromSeconds(60))).Expect(0);
        }

        // At the next boot, say: the invite is used up, and is not needed.
        await using ProcessRun again = ProcessRun.Start("env", [.. Environment(pair), "SYNC_FOREGROUND=1", "sh", script]);
        await Eventually.HoldsAsync(() => Task.FromResult(again.Said("sync-guest: running, 1 joined")), () => $"the agent runs again\n{again}", TimeSpan.FromMinutes(2));
        // A second share on the same machine, while its agent runs.
        string more = Directory.CreateDirectory(pair.Temporary("more")).FullName;
        await File.WriteAllTextAsync(Path.Combine(more, "file"), "more", TestContext.Current.CancellationToken);
        (await pair.Host.RunAsync("share", "add", "more", more)).Expect(0);
        string second = pair.Temporary("second.sh");
        CommandResult known = (await pair.Host.RunAsync("guest", "provision", "build-7", "--share", "more", "--format", "shell", "--from", from, "--dir", pair.Temporary("joined-too"))).Expect(0);
        Assert.Contains("becomes build-7-2", known.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(second, known.Output, TestContext.Current.CancellationToken);
        (await RunAsync(pair, second)).Expect(0);
        (await RunAsync(pair, second)).Expect(0);
        await using var both = new TestGuest(pair.Temporary("guest.data"), new TestTree(pair.Temporary("joined-too")));
        (await both.RunAsync("flush", "--timeout", "60s")).Expect(0);
        both.Tree.Check("file", "more");
        (await again.EndBySignalAsync(Libc.SigTerm, TimeSpan.FromSeconds(60))).Expect(0);
    }

    [Theory]
    [InlineData("--format", "floppy")]
    [InlineData("--dir", "relative")]
    [InlineData("--dir", "/srv/a b")]
    [InlineData("--from", "nowhere")]
    [InlineData("--user", "a b")]
    [InlineData("--user", "$(id)")]
    public async Task What_makes_no_sense_is_refused_before_an_invite_is_made(string option, string value)
    {
        using var data = new Endpoints.TemporaryPlace();
        await using TestHost host = data.Host(["127.0.0.1:0"]);
        string[] format = option == "--format" ? [] : ["--format", "shell"];
        CommandResult result = await host.RunAsync(["guest", "provision", "vm", "--share", "work", .. format, option, value]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("sync1.", result.Output + result.Error, StringComparison.Ordinal);
        Assert.False(Regex.IsMatch(result.Error, "   at ", RegexOptions.None, TimeSpan.FromSeconds(1)), result.Error);
    }

    private static string[] Environment(Pair pair) => ["SYNC_PREFIX=" + pair.Temporary("program"), "SYNC_DATA=" + pair.Temporary("guest.data")];

    private static async Task<CommandResult> RunAsync(Pair pair, string script)
    {
        await using ProcessRun run = ProcessRun.Start("env", [.. Environment(pair), "sh", script]);
        return await run.EndAsync(TimeSpan.FromSeconds(60));
    }
}
