using Sync.Host.Config;
using Sync.Shared.Data;
using Sync.Shared.Doctor;
using Sync.Shared.Output;
using Xunit;

namespace Sync.Host.Tests;

public sealed class DataDirectoryTests
{
    private static readonly UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task OnlyOneAgentHasIt()
    {
        using var place = new TemporaryDirectory();
        var data = DataDirectory.Locate(place.At("data"), "sync-host");
        using (DataLock.TryTake(data))
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(data.Path));
            Assert.Null(DataLock.TryTake(data));
            var failure = await Assert.ThrowsAsync<CommandFailure>(() => DataLock.TakeAsync(data, TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken));
            Assert.Contains($"another agent (process {Environment.ProcessId}) uses", failure.Message, StringComparison.Ordinal);
        }

        using var again = DataLock.TryTake(data);
        Assert.NotNull(again);
    }

    [Fact]
    public void ADirectoryThatWasOpenToOthersIsClosed()
    {
        using var place = new TemporaryDirectory();
        File.SetUnixFileMode(place.Sub("data"), OwnerOnly | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        DataDirectory.Locate(place.At("data"), "sync-host").Ensure();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(place.At("data")));
    }

    [Fact]
    public async Task RootLeavesNothingInAnotherUsersDirectory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root can give a directory away");
        using var place = new TemporaryDirectory();
        Assert.Equal(0, (await new ProgramRunner().RunAsync("chown", ["65534", place.Sub("data")], TestContext.Current.CancellationToken))!.Code);
        var failure = Assert.Throws<CommandFailure>(() => DataLock.TryTake(DataDirectory.Locate(place.At("data"), "sync-guest")));
        Assert.Equal(ExitCode.NotAllowed, failure.Code);
        Assert.Contains("run as that user ('sudo -u ", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(place.At("data")));
    }

    [Fact]
    public void UsersAreCalledByTheirNames()
    {
        string[] lines = ["root:x:0:0:root:/root:/bin/bash", "", "short", "sync-agent:x:997:997::/nonexistent:/usr/sbin/nologin", "+::::::"];
        Assert.Equal("sync-agent", UserNames.Find(lines, 997));
        Assert.Null(UserNames.Find(lines, 99));
    }

    [Fact]
    public void ALongPathGetsItsSocketElsewhere()
    {
        using var place = new TemporaryDirectory();
        var data = DataDirectory.Locate(place.Sub(new string('x', 120)), "sync-host");
        var socket = new ControlSocket(data);
        var path = socket.Prepare();
        Assert.True(path.Length < 104);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        File.WriteAllText(path, "");
        Assert.Equal(path, socket.Find());
        socket.Remove();
        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
        Assert.Null(socket.Find());
    }

    [Fact]
    public void ConfigurationComesBackAsItWas()
    {
        using var place = new TemporaryDirectory();
        var path = place.At("config.json");
        var store = ConfigStore<HostConfig>.Load(path, HostConfigJson.Default.HostConfig, new HostConfig());
        store.Update(config => config with
        {
            LastListen = "127.0.0.1:1",
            Shares = [new ShareRecord { Name = "s", Path = "/s", Id = "1", Policy = new PolicyRecord { Ignore = ["*.o"], ConflictPatterns = [new PatternRecord("*", "host-wins")] } }],
            Guests = [new GuestRecord { Fingerprint = "ab", Name = "g", PairedAt = DateTimeOffset.UnixEpoch, Rights = [new RightRecord("s", ReadOnly: true, "mirror")] }],
            Invites = [new InviteRecord { SecretHash = "0123456789", Share = "s", UsesLeft = 2, ExpiresAt = DateTimeOffset.UnixEpoch }],
        });
        var again = ConfigStore<HostConfig>.Load(path, HostConfigJson.Default.HostConfig, new HostConfig()).Current;
        Assert.Equivalent(store.Current, again, strict: true);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void AConfigurationThatIsNoJsonIsNamed()
    {
        using var place = new TemporaryDirectory();
        File.WriteAllText(place.At("config.json"), "{\n  \"shares\": [ oops");
        var failure = Assert.Throws<CommandFailure>(() => ConfigStore<HostConfig>.Load(place.At("config.json"), HostConfigJson.Default.HostConfig, new HostConfig()));
        Assert.Contains("is not valid at line 2", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/srv/data", "is the data directory itself")]
    [InlineData("/srv", "holds the data directory /srv/data")]
    [InlineData("/srv/data/x", "is inside the data directory /srv/data")]
    public void TheDataDirectoryIsNotSynced(string directory, string reason)
    {
        var failure = Assert.Throws<CommandFailure>(() => DirectoryRules.CheckApart(directory, [], "/srv/data"));
        Assert.StartsWith($"{directory} {reason}; ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/a/b", "/a", true)]
    [InlineData("/a", "/a", true)]
    [InlineData("/ab", "/a", false)]
    [InlineData("/a", "/", true)]
    public void WithinIsByWholeNames(string inner, string outer, bool within) => Assert.Equal(within, RealPath.IsWithin(inner, outer));
}
