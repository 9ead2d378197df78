using System.Xml.Linq;
using Sync.Shared.Control;
using Sync.Shared.Doctor;
using Sync.Shared.Output;
using Sync.Shared.Services;
using Xunit;

namespace Sync.Host.Tests;

/// <summary>An agent as a service: its definitions, and what is asked of the system.</summary>
public sealed class ServiceTests
{
    private static readonly ServiceDefinition Host = new("sync-host", "/usr/bin/sync-host", ["serve", "--data", "/srv/a b/100%"]) { User = "alice" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void AUnitSaysAsWhomWhatAndWhenItIsReady()
    {
        var lines = SystemdUnit.Render(Host).Split('\n');
        Assert.Contains("ExecStart=/usr/bin/sync-host serve --data \"/srv/a b/100%%\"", lines);
        Assert.Contains("User=alice", lines);
        Assert.Contains("Type=notify", lines);
        Assert.Contains("WatchdogSec=60", lines);
        Assert.Contains("WantedBy=multi-user.target", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("StateDirectory", StringComparison.Ordinal));
        var users = SystemdUnit.Render(Host with { User = null, IsUsers = true }).Split('\n');
        Assert.Contains("WantedBy=default.target", users);
        // What only the machine's manager can do.
        Assert.DoesNotContain(users, l => l.StartsWith("Protect", StringComparison.Ordinal) || l.StartsWith("User=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "\"\"")]
    [InlineData("a b", "\"a b\"")]
    [InlineData("say \"hi\" \\ now", "\"say \\\"hi\\\" \\\\ now\"")]
    [InlineData("$HOME;", "\"$$HOME;\"")]
    [InlineData("50%", "50%%")]
    public void AWordOfAUnitIsTakenAsItIs(string word, string written) => Assert.Equal(written, SystemdUnit.Quote(word));

    [Fact]
    public async Task SystemdItselfFindsTheUnitGoodAndItsHardeningOk()
    {
        var programs = new ProgramRunner();
        using var directory = new TemporaryDirectory();
        foreach (var (program, user) in ((string, string?)[])[("sync-host", "daemon"), ("sync-guest", null)])
        {
            var unit = Path.Combine(directory.Path, program + ".service");
            // It wants a program that is there.
            await File.WriteAllTextAsync(unit, SystemdUnit.Render(Host with { Program = program, Executable = "/bin/true", User = user, StateDirectory = program }), Cancel);
            if (await programs.RunAsync("systemd-analyze", ["security", "--offline=true", "--no-pager", unit], Cancel) is not { } told)
            {
                Assert.Skip("systemd-analyze is not installed");
                return;
            }

            Assert.True(told.Code == 0, told.Error);
            Assert.Matches("Overall exposure level for .*: [0-4]\\.[0-9] OK", told.Output);
            var verified = await programs.RunAsync("systemd-analyze", ["verify", "--man=no", unit], Cancel);
            Assert.DoesNotContain(program + ".service", verified!.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void APropertyListIsXmlWithEveryWord()
    {
        var list = XDocument.Parse(LaunchdPlist.Render(Host with { Arguments = ["serve", "--data", "/a&b <c>"] })).Root!.Element("dict")!;
        Assert.Equal(["/usr/bin/sync-host", "serve", "--data", "/a&b <c>"], list.Element("array")!.Elements("string").Select(e => e.Value));
        var keys = list.Elements("key").Select(k => (k.Value, Next: (XElement)k.NextNode!)).ToDictionary(k => k.Value, k => k.Next);
        Assert.Equal("sync.sync-host", keys["Label"].Value);
        Assert.Equal("alice", keys["UserName"].Value);
        Assert.Equal("true", keys["RunAtLoad"].Name.LocalName);
        Assert.Equal("SuccessfulExit", keys["KeepAlive"].Element("key")!.Value);
    }

    [Fact]
    public void AWindowsServiceIsMadeBySc()
    {
        var service = new ServiceDefinition("sync-guest", @"C:\Program Files\Sync\sync-guest.exe", ["run", "--data", @"C:\sync data\"]);
        var commands = WindowsServiceText.Install(service);
        Assert.Equal(["create", "description", "failure", "start"], commands.Select(c => c[0]));
        Assert.Equal("""
            "C:\Program Files\Sync\sync-guest.exe" run --data "C:\sync data\\"
            """, commands[0][3]);
        Assert.Contains("restart/2000", commands[2][^1], StringComparison.Ordinal);
        Assert.Equal("sc.exe create sync-guest binPath= ", WindowsServiceText.Render(service)[..34]);
        Assert.Equal([["stop", "sync-guest"], ["delete", "sync-guest"]], WindowsServiceText.Uninstall("sync-guest"));
    }

    [Fact]
    public async Task InstallWritesEnablesAndStartsAndUninstallUndoesIt()
    {
        using var directory = new TemporaryDirectory();
        var asked = new List<string>();
        var programs = new RecordedPrograms(asked) { ["systemctl is-system-running"] = new ProgramOutput(1, "degraded\n", ""), ["systemctl is-active sync-host.service"] = new ProgramOutput(3, "inactive\n", "") };
        var installer = new ServiceInstaller(ServiceKind.Systemd, Path.Combine(directory.Path, "system"), isUsers: false, programs);
        Assert.Equal((false, $"sync-host is no service here: {installer.FileOf("sync-host")} does not exist, and no other unit of that name runs"), await installer.StatusAsync("sync-host", Cancel));
        await installer.InstallAsync(Host, Cancel);
        Assert.Equal(SystemdUnit.Render(Host), await File.ReadAllTextAsync(installer.FileOf("sync-host")!, Cancel));
        Assert.Equal(["id -u -- alice", "systemctl is-system-running", "systemctl daemon-reload", "systemctl enable sync-host.service", "systemctl --no-block restart sync-host.service"], asked[1..]);
        programs.Remove("systemctl is-active sync-host.service");
        Assert.True((await installer.StatusAsync("sync-host", Cancel)).Runs);
        asked.Clear();
        await installer.UninstallAsync("sync-host", Cancel);
        Assert.Equal(["systemctl is-system-running", "systemctl --no-block stop sync-host.service", "systemctl disable sync-host.service", "systemctl daemon-reload"], asked);
        Assert.False(File.Exists(installer.FileOf("sync-host")));
        await Assert.ThrowsAsync<CommandFailure>(() => installer.UninstallAsync("sync-host", Cancel));
    }

    [Fact]
    public async Task AUnitOfThePackageCountsAndAMaskedOneIsNotWrittenTo()
    {
        using var directory = new TemporaryDirectory();
        var installer = new ServiceInstaller(ServiceKind.Systemd, directory.Path, isUsers: false, new RecordedPrograms([]));
        Assert.Equal((true, "sync-host: active (a unit of the machine)"), await installer.StatusAsync("sync-host", Cancel));
        File.CreateSymbolicLink(installer.FileOf("sync-host")!, "/dev/null");
        Assert.Contains("masked", (await Assert.ThrowsAsync<CommandFailure>(() => installer.InstallAsync(Host, Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereSystemdDoesNotRunTheUnitIsWrittenAndThatIsSaid()
    {
        using var directory = new TemporaryDirectory();
        var programs = new RecordedPrograms([]) { ["systemctl --user is-system-running"] = new ProgramOutput(1, "offline\n", "") };
        var installer = new ServiceInstaller(ServiceKind.Systemd, directory.Path, isUsers: true, programs);
        Assert.Contains("systemd does not run here", await installer.InstallAsync(Host with { User = null, IsUsers = true }, Cancel), StringComparison.Ordinal);
        Assert.True(File.Exists(installer.FileOf("sync-host")));
    }

    [Fact]
    public async Task AnImagesServiceStartsAtItsFirstBoot()
    {
        using var directory = new TemporaryDirectory();
        var asked = new List<string>();
        var programs = new RecordedPrograms(asked) { ["systemctl is-system-running"] = new ProgramOutput(1, "offline\n", "") };
        var installer = new ServiceInstaller(ServiceKind.Systemd, directory.Path, isUsers: false, programs);
        Assert.Contains("enabled", await installer.InstallAsync(Host, Cancel), StringComparison.Ordinal);
        Assert.Equal("systemctl enable sync-host.service", asked[^1]);
    }

    [Fact]
    public async Task AUserWhoIsNotThereIsRefusedBeforeAnythingIsWritten()
    {
        using var directory = new TemporaryDirectory();
        var programs = new RecordedPrograms([]) { ["id -u -- alice"] = new ProgramOutput(1, "", "no such user\n") };
        var installer = new ServiceInstaller(ServiceKind.Systemd, directory.Path, isUsers: false, programs);
        Assert.Contains("'alice'", (await Assert.ThrowsAsync<CommandFailure>(() => installer.InstallAsync(Host, Cancel))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(installer.FileOf("sync-host")));
    }

    [Fact]
    public async Task AFailureOfTheSystemsOwnIsTold()
    {
        using var directory = new TemporaryDirectory();
        var programs = new RecordedPrograms([])
        {
            ["systemctl is-system-running"] = new ProgramOutput(0, "running\n", ""), ["systemctl enable sync-host.service"] = new ProgramOutput(1, "", "Unit is masked.\n"),
        };
        var failure = await Assert.ThrowsAsync<CommandFailure>(() => new ServiceInstaller(ServiceKind.Systemd, directory.Path, false, programs).InstallAsync(Host, Cancel));
        Assert.Equal("'systemctl enable sync-host.service' failed: Unit is masked.", failure.Message);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("60000000", null, 60)]
    [InlineData("60000000", "7", 60)]
    [InlineData("60000000", "8", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", "7", null)]
    public void TheWatchdogsLimitIsTheEnvironments(string? microseconds, string? process, int? seconds) =>
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, Watchdog.Limit(microseconds, process, 7));

    /// <summary>Programs that succeed unless said otherwise.</summary>
    private sealed class RecordedPrograms(List<string> asked) : Dictionary<string, ProgramOutput>, IProgramRunner
    {
        public Task<ProgramOutput?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel)
        {
            var line = string.Join(' ', arguments.Prepend(program));
            asked.Add(line);
            return Task.FromResult<ProgramOutput?>(this.GetValueOrDefault(line, new ProgramOutput(0, "active\n", "")));
        }
    }
}
