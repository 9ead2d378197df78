using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Sync.Engine.Files;
using Sync.Protocol.Connecting;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Doctor;
using Sync.Shared.Doctor.Checks;
using Xunit;

namespace Sync.Host.Tests.Doctor;

public sealed class DoctorTests : IDisposable
{
    private static readonly DoctorRoot Root = new("docs", "/srv/my docs");
    private readonly TemporaryDirectory _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(1_000_000, 100_000, DoctorLevel.Ok, null)]
    [InlineData(100_000, 70_000, DoctorLevel.Warning, "max_user_watches = 524288")]
    [InlineData(8_192, 400_000, DoctorLevel.Problem, "max_user_watches = 1048576")]
    internal void WatchesAreHeldAgainstTheDirectories(long limit, long directories, DoctorLevel level, string? mend)
    {
        var finding = InotifyCheck.Judge(limit, 128, new InotifyUse(5_500, 3), directories, 2)[0];
        Assert.Equal(level, finding.Level);
        Assert.Equal(mend is not null, finding.Mend is not null);
        Assert.Contains(mend ?? "", finding.Mend ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void InstancesAreHeldAgainstTheShares()
    {
        Assert.Equal(DoctorLevel.Ok, InotifyCheck.Judge(1_000, 128, new InotifyUse(0, 100), 1, 28)[1].Level);
        Assert.Equal(DoctorLevel.Problem, InotifyCheck.Judge(1_000, 128, new InotifyUse(0, 100), 1, 29)[1].Level);
    }

    [Fact]
    public void WatchesOfThisProcessAreSeen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "inotify");
        var before = InotifyUse.OfOthers(0);
        using var watcher = new FileSystemWatcher(_place.Path) { EnableRaisingEvents = true };
        Assert.True(InotifyUse.OfOthers(0).Watches > 0, before.ToString());
        Assert.True(InotifyUse.OfOthers(0).Instances > InotifyUse.OfOthers(Environment.ProcessId).Instances);
    }

    [Fact]
    public void WhatAFileSystemLacksIsTold()
    {
        var good = new FileSystemTraits
        {
            Name = "ext4", Device = 1, CanExchange = true, FoldsCase = false, HasSymlinks = true, HasModes = true, HasLinkTimes = true, MtimeGrainNs = 1, NeedsPolling = false,
        };
        var fine = Assert.Single(FileSystemCheck.Judge(Root, good, new ProbedFile(Reflinks: false, Leases: true)));
        Assert.Equal((DoctorLevel.Ok, "ext4: exchange of names, no reflinks, leases, case-sensitive, time step 1 ns"), (fine.Level, fine.Message));
        var bad = good with { Name = "vfat", CanExchange = false, FoldsCase = true, MtimeGrainNs = 2_000_000_000, HasModes = false, HasSymlinks = false, NeedsPolling = true };
        var told = FileSystemCheck.Judge(Root, bad, new ProbedFile(Reflinks: true, Leases: false)).ToList();
        Assert.Equal("vfat: no exchange of names, reflinks, no leases, folds case, time step 2 s", told[0].Message);
        Assert.Equal(7, told.Count(f => f.Level == DoctorLevel.Warning));
    }

    [Fact]
    public void ARealFileSystemIsProbedAndLeftAsItWas()
    {
        var root = _place.Sub("root");
        Assert.Equal(FsError.None, FileSystems.Open(root, out var files));
        using (files)
        {
            Assert.Equal(Flags(root), ProbedFile.Look(root, files!).Reflinks);
            Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(root, ".sync")), f => f.Contains("probe", StringComparison.Ordinal));
        }

        // cp says whether the file system has reflinks.
        static bool Flags(string root)
        {
            File.WriteAllBytes(Path.Combine(root, "a"), new byte[8192]);
            using var cp = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cp", ["--reflink=always", Path.Combine(root, "a"), Path.Combine(root, "b")]) { RedirectStandardError = true, UseShellExecute = false })!;
            cp.WaitForExit();
            return cp.ExitCode == 0;
        }
    }

    [Theory]
    [InlineData(500_000_000_000, 1_000_000_000_000, DoctorLevel.Ok)]
    [InlineData(15_000_000_000, 1_000_000_000_000, DoctorLevel.Warning)]
    [InlineData(60_000_000, 1_000_000_000_000, DoctorLevel.Problem)]
    // Of a small volume, a twentieth is needed.
    [InlineData(60_000_000, 100_000_000, DoctorLevel.Ok)]
    [InlineData(4_000_000, 100_000_000, DoctorLevel.Problem)]
    internal void SpaceIsHeldAgainstWhatPlacingNeeds(long free, long total, DoctorLevel level) =>
        Assert.Equal(level, SpaceCheck.Judge("/srv", "docs", free, total, 64 << 20).Level);

    [Theory]
    [InlineData(true, "system_u:system_r:container_t:s0:c1,c2", "system_u:object_r:user_home_t:s0", DoctorLevel.Problem)]
    [InlineData(true, "system_u:system_r:container_t:s0:c1,c2", "system_u:object_r:container_file_t:s0:c1,c2", DoctorLevel.Ok)]
    [InlineData(false, "system_u:system_r:container_t:s0", "system_u:object_r:user_home_t:s0", DoctorLevel.Ok)]
    [InlineData(true, "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023", "unconfined_u:object_r:user_home_t:s0", DoctorLevel.Ok)]
    internal void LabelsMatterToWhatIsConfined(bool enforcing, string process, string directory, DoctorLevel level)
    {
        var finding = SelinuxCheck.Judge(enforcing, process, directory, Root);
        Assert.Equal(level, finding.Level);
        if (level == DoctorLevel.Problem)
            Assert.Contains("chcon -Rt container_file_t '/srv/my docs'", finding.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x30500010, "3.5.1")]
    [InlineData(0x300000F0, "3.0.15")]
    [InlineData(0x1010117F, "1.1.1w")]
    public void OpenSslTellsItsVersion(long number, string version) => Assert.Equal(version, TlsCheck.Version(number));

    [Fact]
    public async Task ThisMachineSpeaksTls13()
    {
        var finding = Assert.Single(await new TlsCheck().RunAsync(Patient(), Cancel));
        Assert.Equal(DoctorLevel.Ok, finding.Level);
        Assert.StartsWith("TLS 1.3", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APortIsFreeOrTaken()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var endpoint = (IPEndPoint)other.LocalEndpoint;
        var programs = new FakePrograms { { FormattableString.Invariant($"ss -ltnpH sport = :{endpoint.Port}"), "LISTEN 0 511 127.0.0.1:7443 users:((\"other\",pid=9))\n" } };
        var taken = Assert.Single(await new PortCheck(programs).RunAsync(Patient() with { Listen = endpoint }, Cancel));
        Assert.Equal(DoctorLevel.Problem, taken.Level);
        Assert.Contains("pid=9", taken.Message, StringComparison.Ordinal);
        var answers = Assert.Single(await new PortCheck(programs).RunAsync(Patient() with { Listen = endpoint, Status = new() }, Cancel));
        Assert.Equal(DoctorLevel.Ok, answers.Level);
        other.Stop();
        Assert.Equal(DoctorLevel.Ok, Assert.Single(await new PortCheck(programs).RunAsync(Patient() with { Listen = endpoint }, Cancel)).Level);
        Assert.Equal(DoctorLevel.Problem, Assert.Single(await new PortCheck(programs).RunAsync(Patient() with { Listen = endpoint, Status = new() }, Cancel)).Level);
    }

    [Fact]
    public async Task TheFirewallThatAPersonWouldChangeIsAsked()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "others' firewalls");
        var patient = Patient() with { Listen = new IPEndPoint(IPAddress.Any, 7443) };
        var programs = new FakePrograms();
        Assert.Empty(await new FirewallCheck(programs).RunAsync(patient, Cancel));
        programs.Add("nft list ruleset", "table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n");
        Assert.Equal("sudo nft insert rule inet f in tcp dport 7443 accept", Assert.Single(await new FirewallCheck(programs).RunAsync(patient, Cancel)).Mend);
        programs.Add("ufw status verbose", "Status: inactive\n");
        Assert.Contains("nftables", Assert.Single(await new FirewallCheck(programs).RunAsync(patient, Cancel)).Message, StringComparison.Ordinal);
        programs["ufw status verbose"] = new ProgramOutput(0, "Status: active\nDefault: deny (incoming), allow (outgoing)\n", "");
        Assert.Equal("sudo ufw allow 7443/tcp", Assert.Single(await new FirewallCheck(programs).RunAsync(patient, Cancel)).Mend);
        programs.Add("firewall-cmd --state", "running\n");
        Assert.Equal(DoctorLevel.Warning, Assert.Single(await new FirewallCheck(programs).RunAsync(patient, Cancel)).Level);
        programs.Add("firewall-cmd --list-all-zones", "public (active)\n  target: default\n  ports: 7443/tcp\n");
        Assert.Equal(DoctorLevel.Ok, Assert.Single(await new FirewallCheck(programs).RunAsync(patient, Cancel)).Level);
        // Nobody from outside comes by loopback.
        Assert.Empty(await new FirewallCheck(programs).RunAsync(patient with { Listen = new IPEndPoint(IPAddress.Loopback, 7443) }, Cancel));
    }

    [Fact]
    public void AMeasurementIsHeldAgainstWhatSyncNeeds()
    {
        var good = HostLinkCheck.Judge("h:1", new HostMeasurement(TimeSpan.FromMilliseconds(1.2), 250_000_000, 300_000_000, TimeSpan.FromMilliseconds(-3)), 1500).ToList();
        Assert.All(good, f => Assert.Equal(DoctorLevel.Ok, f.Level));
        Assert.Contains("round trip 1.2 ms, 250 MB/s there, 300 MB/s back", good[0].Message, StringComparison.Ordinal);
        Assert.Contains("3 ms behind", good[1].Message, StringComparison.Ordinal);
        var bad = HostLinkCheck.Judge("h:1", new HostMeasurement(TimeSpan.FromMilliseconds(1), null, null, TimeSpan.FromSeconds(90)), 576).ToList();
        Assert.Equal([DoctorLevel.Ok, DoctorLevel.Warning, DoctorLevel.Warning], bad.Select(f => f.Level));
    }

    [Theory]
    [InlineData("NTPSynchronized=yes\n", DoctorLevel.Ok)]
    [InlineData("NTPSynchronized=no\n", DoctorLevel.Warning)]
    internal void AClockIsKeptOrNot(string output, DoctorLevel level) => Assert.Equal(level, ClockCheck.Judge(output).Level);

    [Fact]
    public async Task WithAndWithoutAnAgentItWorksAndTheExitCodeTells()
    {
        await using var host = await RunningHost.StartAsync();
        var run = await host.RunAsync("doctor", "--json");
        var findings = JsonDocument.Parse(run.Output).RootElement.GetProperty("findings").EnumerateArray().ToList();
        Assert.Contains(findings, f => f.GetProperty("check").GetString() == "agent" && f.GetProperty("subject").GetString() == "docs");
        Assert.Contains(findings, f => f.GetProperty("check").GetString() == "tls" && f.GetProperty("level").GetString() == "ok");
        Assert.Equal(findings.Exists(f => f.GetProperty("level").GetString() == "problem") ? 1 : 0, run.Code);

        var data = _place.Sub("data");
        Assert.Equal(0, (await CommandLineRun.Of("share", "add", "gone", _place.Sub("gone"), "--data", data)).Code);
        Directory.Delete(_place.At("gone"));
        var without = await CommandLineRun.Of("doctor", "--data", data);
        Assert.Equal(1, without.Code);
        Assert.Contains("warning  agent      no agent runs\n                    → sync-host serve\n", without.Output, StringComparison.Ordinal);
        Assert.Contains($"problem  filesystem gone: {_place.At("gone")} is missing", without.Output, StringComparison.Ordinal);
        Assert.Contains("sync-host share remove gone", without.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataThatOthersMayReadIsAProblem()
    {
        var data = _place.Sub("data");
        File.SetUnixFileMode(data, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        Assert.Contains(await new AgentCheck().RunAsync(Patient() with { Data = DataDirectory.Locate(data, "sync-host") }, Cancel), f => f.Mend == "chmod 700 " + data);
    }

    [Fact]
    public void NamesCannotForgeALine()
    {
        var output = new StringWriter();
        DoctorCommand.Write(output, [DoctorFinding.Problem("agent", "halted: a\nok b\u001b[2J", "rm 'x\n'", "docs\r")]);
        Assert.Equal("problem  agent      docs\\u000d: halted: a\\u000aok b\\u001b[2J\n                    → rm 'x\\u000a'\n1 problems, 0 warnings.\n", output.ToString());
    }

    private DoctorPatient Patient() => new()
    {
        Program = "sync-host",
        StartCommand = "sync-host serve",
        Data = DataDirectory.Locate(_place.At("none"), "sync-host"),
        Roots = [],
    };
}
