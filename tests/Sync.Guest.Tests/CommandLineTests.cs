using System.CommandLine;
using Sync.Guest.Agent;
using Sync.Guest.Config;
using Sync.Protocol.Control;
using Sync.Protocol.Invites;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Xunit;

namespace Sync.Guest.Tests;

public sealed class CommandLineTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("join")]
    [InlineData("join token")]
    [InlineData("join token dir")]
    [InlineData("join token dir --path ../x")]
    [InlineData("join token dir --path /x")]
    [InlineData("join token dir --address nowhere")]
    [InlineData("join token dir --direction up")]
    [InlineData("leave")]
    [InlineData("flush --all")]
    [InlineData("bogus")]
    public async Task WhatIsNotUnderstoodIsOneLineAndExit2(string line)
    {
        var run = await CommandLineRun.Of(line.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("sync-guest: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCommandsThatTakeJsonAreThoseDocumented() => Assert.Equal(
        ["config show", "conflicts", "conflicts list", "conflicts resolve", "doctor", "flush", "logs", "pull", "push", "status", "verify", "versions", "versions list", "versions restore"],
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
    public async Task AHostThatIsNotThereIsExit5AndNothingIsBound()
    {
        using var place = new TemporaryDirectory();
        var run = await CommandLineRun.Of("join", Token(), place.At("dir"), "--data", place.At("data"));
        Assert.Equal(5, run.Code);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.False(File.Exists(place.At("data/config.json")));
        Assert.False(Directory.Exists(place.At("dir")));
    }

    [Fact]
    public async Task TheDataDirectoryIsNotSynced()
    {
        using var place = new TemporaryDirectory();
        var run = await CommandLineRun.Of("join", Token(), place.At("dir"), "--data", place.At("dir/data"));
        Assert.Equal(1, run.Code);
        Assert.Contains("holds the data directory", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADirectoryIsJoinedOnceAndLeft()
    {
        using var place = new TemporaryDirectory();
        var data = DataDirectory.Locate(place.Sub("data"), "sync-guest");
        var config = ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig());
        var bindings = new LocalBindings(config, data, new NoRuntime());
        await bindings.AddAsync(Binding(place.Sub("one")), Cancel);
        await bindings.AddAsync(Binding(place.Sub("two"), "other"), Cancel);
        foreach (var (path, reason) in (List<(string, string)>)[("one", "is already joined"), ("one/in", "is inside"), (".", "holds")])
        {
            var failure = await Assert.ThrowsAsync<CommandFailure>(() => bindings.AddAsync(Binding(RealPath.Of(place.At(path)), "third"), Cancel));
            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        }

        var same = await Assert.ThrowsAsync<CommandFailure>(() => bindings.AddAsync(Binding(place.Sub("three")), Cancel));
        Assert.Contains("share docs is joined to", same.Message, StringComparison.Ordinal);

        Assert.Equal(0, (await CommandLineRun.Of("leave", place.At("one"), "--data", data.Path)).Code);
        Assert.Equal(1, (await CommandLineRun.Of("leave", place.At("one"), "--data", data.Path)).Code);
        Assert.True(Directory.Exists(place.At("one")));
        var left = ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig()).Current;
        var binding = Assert.Single(left.Bindings);
        Assert.Equivalent(config.Current.Bindings[1], binding, strict: true);
    }

    private static BindingInfo Binding(string directory, string share = "docs") => new()
    {
        Share = share,
        Directory = directory,
        Addresses = { "127.0.0.1:1" },
        HostFingerprint = new string('a', 64),
        Direction = "to-guest",
        Name = "vm",
    };

    private static string Token() => new Invite
    {
        // Port 1 of this machine: refused at once.
        Addresses = ["127.0.0.1:1"],
        HostFingerprint = new string('a', 64),
        Secret = new byte[32],
        ExpiresAt = DateTimeOffset.UnixEpoch,
        Share = "docs",
    }.ToToken();
}
