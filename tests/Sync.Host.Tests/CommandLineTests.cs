using System.CommandLine;
using Xunit;

namespace Sync.Host.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("bogus")]
    [InlineData("share")]
    [InlineData("share add onlyname")]
    [InlineData("serve --listen nowhere")]
    [InlineData("serve --share noequals")]
    [InlineData("flush --timeout soon")]
    [InlineData("flush --all --guest g")]
    [InlineData("tag")]
    [InlineData("tag docs")]
    [InlineData("tag list docs")]
    [InlineData("tag remove docs")]
    [InlineData("untag docs")]
    [InlineData("invite --share docs --linger 5s")]
    [InlineData("share add n /tmp --direction sideways")]
    [InlineData("share add n /tmp --conflicts nobody-wins")]
    [InlineData("share add n /tmp --conflict-pattern a=b")]
    [InlineData("share add n /tmp --min-free lots")]
    [InlineData("conflicts resolve --keep host")]
    [InlineData("conflicts resolve --keep host --all a.txt")]
    [InlineData("versions list --limit 0")]
    [InlineData("versions list --limit -1")]
    [InlineData("versions list --limit many")]
    [InlineData("status extra")]
    public async Task WhatIsNotUnderstoodIsOneLineAndExit2(string line)
    {
        var run = await CommandLineRun.Of(line.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("sync-host: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void TheCommandsThatTakeJsonAreThoseDocumented() => Assert.Equal(
        ["audit", "config show", "conflicts", "conflicts list", "conflicts resolve", "doctor", "events", "flush", "guest list", "invite list", "job list", "job show", "job start", "logs", "share list", "share show", "status", "tag", "tag list", "tag remove", "token list", "untag", "verify", "versions", "versions list", "versions restore", "webhook list"],
        JsonCommands(Program.CreateCommandLine().Root, "", inherited: false).Order(StringComparer.Ordinal));

    private static IEnumerable<string> JsonCommands(Command command, string name, bool inherited)
    {
        var option = command.Options.FirstOrDefault(o => o.Name == "--json");
        if ((inherited || option is not null) && command.Action is not null)
            yield return name;
        foreach (var below in command.Subcommands)
        {
            foreach (var found in JsonCommands(below, $"{name} {below.Name}".TrimStart(), inherited || option is { Recursive: true }))
                yield return found;
        }
    }

    [Fact]
    public async Task HelpEndsWithExamples()
    {
        var run = await CommandLineRun.Of("share", "add", "--help");
        Assert.Equal(0, run.Code);
        Assert.Contains("Examples:\n  sync-host share add docs /srv/docs", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SharesAreKeptWithNoAgentRunning()
    {
        using var place = new TemporaryDirectory();
        var (data, docs) = (place.At("data"), place.Sub("docs"));
        var added = await CommandLineRun.Of("share", "add", "docs", docs, "--data", data, "--conflicts", "newest-wins", "--ignore", "*.o", "--min-free", "1G", "--direction", "to-host");
        Assert.Equal((0, ""), (added.Code, added.Error));
        Assert.Equal(0, (await CommandLineRun.Of("share", "add", "docs", docs, "--data", data)).Code);

        var set = await CommandLineRun.Of("share", "set", "docs", "--data", data, "--max-delete", "80", "--conflict-pattern", "*.lock=host-wins");
        Assert.Equal((0, ""), (set.Code, set.Error));
        var shown = await CommandLineRun.Of("share", "show", "docs", "--json", "--data", data);
        Assert.Contains(
            "\"policy\":{\"direction\":\"to-host\",\"conflicts\":\"newest-wins\",\"conflictPatterns\":[{\"pattern\":\"*.lock\",\"policy\":\"host-wins\"}],\"ignore\":[\"*.o\"],\"vcsIgnore\":false,\"ownership\":false,\"maxDeletePercent\":80,\"minFreeBytes\":1073741824,\"versionDays\":30,\"versionPercent\":10,\"onDemand\":false}",
            shown.Output,
            StringComparison.Ordinal);

        var removed = await CommandLineRun.Of("share", "remove", "docs", "--data", data);
        Assert.Equal(0, removed.Code);
        Assert.True(Directory.Exists(docs));
        Assert.Equal("{\"shares\":[]}\n", (await CommandLineRun.Of("share", "list", "--json", "--data", data)).Output);
    }

    [Theory]
    [InlineData("a/inner", "which is share a; choose a directory outside")]
    [InlineData(".", "which is share a; choose a directory that does not")]
    [InlineData("a", "is already share a")]
    [InlineData("link", "is already share a")]
    [InlineData("missing", "does not exist")]
    public async Task DirectoriesThatMayNotBeSharesAreRefused(string path, string reason)
    {
        using var place = new TemporaryDirectory();
        place.Sub("a/inner");
        Directory.CreateSymbolicLink(place.At("link"), place.At("a"));
        var data = place.At("data");
        Assert.Equal(0, (await CommandLineRun.Of("share", "add", "a", place.At("a"), "--data", data)).Code);
        var run = await CommandLineRun.Of("share", "add", "b", Path.GetFullPath(place.At(path)), "--data", data);
        Assert.Equal(1, run.Code);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDataDirectoryMayNotBeInAShare()
    {
        using var place = new TemporaryDirectory();
        var run = await CommandLineRun.Of("share", "add", "b", place.Sub("b"), "--data", place.At("b/.data"));
        Assert.Equal(1, run.Code);
        Assert.Contains("holds the data directory", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnInviteIsATokenAloneOnStdout()
    {
        using var place = new TemporaryDirectory();
        var data = place.At("data");
        await CommandLineRun.Of("share", "add", "docs", place.Sub("docs"), "--data", data);
        var run = await CommandLineRun.Of("invite", "--share", "docs", "--data", data, "--address", "build.example:7000", "--read-only", "--uses", "3");
        Assert.Equal(0, run.Code);
        Assert.True(Sync.Protocol.Invites.Invite.TryParse(run.Output.TrimEnd('\n'), out var invite, out _));
        Assert.Equal(["build.example:7000"], invite.Addresses);
        Assert.True(invite.ReadOnly);
        Assert.DoesNotContain(Convert.ToHexStringLower(invite.Secret), await File.ReadAllTextAsync(Path.Combine(data, "config.json"), TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"usesLeft\":3", (await CommandLineRun.Of("invite", "list", "--json", "--data", data)).Output, StringComparison.Ordinal);

        Assert.Equal(1, (await CommandLineRun.Of("invite", "--share", "none", "--data", data)).Code);
        Assert.Equal(2, (await CommandLineRun.Of("invite", "--data", data)).Code);
    }

    [Fact]
    public async Task CommandsThatNeedAnAgentSayHowToStartIt()
    {
        using var place = new TemporaryDirectory();
        var run = await CommandLineRun.Of("status", "--data", place.At("data"));
        Assert.Equal(1, run.Code);
        Assert.Contains("start 'sync-host serve'", run.Error, StringComparison.Ordinal);
    }
}
