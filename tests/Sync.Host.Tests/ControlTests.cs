using System.Text.Json;
using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Xunit;

namespace Sync.Host.Tests;

/// <summary>Command lines against a running agent, through its socket.</summary>
public sealed class ControlTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StatusTellsWhatTheShareDoes()
    {
        await using var host = await RunningHost.StartAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(host.Data, "control.sock")));
        var run = await host.RunAsync("status", "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var share = JsonDocument.Parse(run.Output).RootElement.GetProperty("shares")[0];
        Assert.Equal("docs", share.GetProperty("name").GetString());
        Assert.Equal("in-sync", share.GetProperty("state").GetString());
        Assert.Equal(42, share.GetProperty("bytes").GetInt64());
        Assert.Equal("inotify", share.GetProperty("watching").GetString());
        Assert.Contains("docs   in-sync  3      42 B", (await host.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWatchSeesEachChange()
    {
        await using var host = await RunningHost.StartAsync();
        using var agent = AgentConnection.Open(DataDirectory.Locate(host.Data, "sync-host"), "");
        using var watch = agent.Agent.WatchStatus(new StatusRequest(), cancellationToken: Cancel);
        Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        Assert.Equal("in-sync", watch.ResponseStream.Current.Shares[0].State);
        host.Share.Status = new ReplicaStatus { State = ReplicaState.Halted, Reason = "too much would go" };
        do
            Assert.True(await watch.ResponseStream.MoveNext(Cancel));
        while (watch.ResponseStream.Current.Shares[0].State != "halted");
        Assert.Equal("too much would go", watch.ResponseStream.Current.Shares[0].Reason);
    }

    [Fact]
    public async Task FlushEndsAsTheReplicaDid()
    {
        await using var host = await RunningHost.StartAsync();
        Assert.Equal(0, (await host.RunAsync("flush")).Code);
        host.Share.NextFlush = new FlushResult(FlushOutcome.Problems, null, [new Problem("a\nb", "unreadable", "cannot be read")], TimeSpan.Zero);
        var problems = await host.RunAsync("flush");
        Assert.Equal(1, problems.Code);
        Assert.Contains("a\\u000ab: cannot be read [unreadable]", problems.Error, StringComparison.Ordinal);
        host.Share.NextFlush = new FlushResult(FlushOutcome.Halted, "why", [], TimeSpan.Zero);
        Assert.Equal(4, (await host.RunAsync("flush", "--json")).Code);
        host.Share.NextFlush = new FlushResult(FlushOutcome.Complete, null, [], TimeSpan.Zero);
        Assert.Equal(5, (await host.RunAsync("flush", "--all")).Code);
        Assert.Equal(1, (await host.RunAsync("flush", "--guest", "stranger")).Code);
        Assert.Equal(1, (await host.RunAsync("flush", "--share", "none")).Code);
    }

    [Fact]
    public async Task PauseIsRememberedAndPolicyIsLive()
    {
        await using var host = await RunningHost.StartAsync();
        Assert.Equal("docs: paused\n", (await host.RunAsync("pause")).Output);
        Assert.Contains("\"paused\":true", (await host.RunAsync("share", "show", "docs", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal("docs: resumed\n", (await host.RunAsync("resume", "--force")).Output);
        Assert.Equal(0, (await host.RunAsync("share", "set", "docs", "--conflicts", "host-wins")).Code);
        Assert.Equal(["pause", "resume force", "policy HostWins"], host.Share.Calls);
    }

    [Fact]
    public async Task WhatIsAskedWhileAShareOpensReachesIt()
    {
        var opening = new TaskCompletionSource();
        await using var host = await RunningHost.StartAsync(opening: opening.Task);
        Assert.Equal(0, (await host.RunAsync("share", "set", "docs", "--conflicts", "guest-wins")).Code);
        Assert.Equal(0, (await host.RunAsync("pause")).Code);
        opening.SetResult();
        await host.UntilAsync(slot => slot.Replica is not null);
        await host.Share.CalledAsync(Cancel);
        await host.Share.CalledAsync(Cancel);
        Assert.Equal(["pause", "policy GuestWins"], host.Share.Calls);
    }

    [Fact]
    public async Task ConflictsAreListedAndResolved()
    {
        await using var host = await RunningHost.StartAsync();
        host.Share.Conflicts.Add(new Conflict("a", "a (conflict vm)", "vm", DateTimeOffset.UnixEpoch, 1));
        host.Share.Conflicts.Add(new Conflict("b", "b (conflict vm)", "vm", DateTimeOffset.UnixEpoch, 1));
        Assert.Contains("a (conflict vm)", (await host.RunAsync("conflicts")).Output, StringComparison.Ordinal);
        Assert.Contains("\"copyPath\":\"b (conflict vm)\"", (await host.RunAsync("conflicts", "list", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal((0, "1 resolved, 1 left\n"), Pair(await host.RunAsync("conflicts", "resolve", "--keep", "host", Path.Combine(host.Docs, "a"))));
        Assert.Equal(1, (await host.RunAsync("conflicts", "resolve", "--keep", "host", "zzz")).Code);
        Assert.Equal((2, "sync-host: 'nobody' is no replica here; --keep takes host, both, vm\n"), Told(await host.RunAsync("conflicts", "resolve", "--keep", "nobody", "--all")));
        Assert.Equal(0, (await host.RunAsync("conflicts", "resolve", "--keep", "both", "--all")).Code);
        // Also where there is nothing to resolve.
        Assert.Equal((2, "sync-host: 'nobody' is no replica here; --keep takes host, both\n"), Told(await host.RunAsync("conflicts", "resolve", "--keep", "nobody", "--all")));
        Assert.Equal((0, "0 resolved, 0 left\n"), Pair(await host.RunAsync("conflicts", "resolve", "--keep", "host", "--all")));
    }

    [Fact]
    public async Task VersionsVerifyAndRevert()
    {
        await using var host = await RunningHost.StartAsync();
        Assert.Contains("\"id\":\"v1\",\"path\":\"x/y\"", (await host.RunAsync("versions", "list", "./x/y/", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal((0, "back\n"), Pair(await host.RunAsync("versions", "restore", "v1", "--to", "back")));
        Assert.Equal((0, "{\"share\":\"docs\",\"path\":\"back\"}\n"), Pair(await host.RunAsync("versions", "restore", "v1", "--to", "back", "--json")));
        Assert.Equal(1, (await host.RunAsync("versions", "restore", "v2")).Code);
        Assert.Equal(0, (await host.RunAsync("verify")).Code);
        var deep = await host.RunAsync("verify", "--deep");
        Assert.Equal(1, deep.Code);
        Assert.Contains("[rotten]", deep.Output, StringComparison.Ordinal);
        Assert.Equal((0, "7 reverted\n"), Pair(await host.RunAsync("revert")));
    }

    [Fact]
    public async Task AShareThatCannotStartIsShownAndTheAgentGoesOn()
    {
        await using var host = await RunningHost.StartAsync(failing: true);
        await host.UntilAsync(slot => slot.Status.State == ReplicaState.Halted);
        Assert.Contains("docs: the index is on fire; put it out", (await host.RunAsync("status")).Output, StringComparison.Ordinal);
        Assert.Equal(4, (await host.RunAsync("flush")).Code);
        Assert.Equal(4, (await host.RunAsync("verify")).Code);
        Assert.Equal(0, (await host.RunAsync("share", "remove", "docs")).Code);
        Assert.Contains("No shares yet", (await host.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondAgentIsTurnedAway()
    {
        await using var host = await RunningHost.StartAsync();
        var second = await host.RunAsync("serve", "--listen", "127.0.0.1:0");
        Assert.Equal(1, second.Code);
        Assert.Contains("another agent", second.Error, StringComparison.Ordinal);
    }

    private static (int Code, string Error) Told(CommandLineRun run) => (run.Code, run.Error);

    private static (int Code, string Output) Pair(CommandLineRun run) => (run.Code, run.Output);
}
