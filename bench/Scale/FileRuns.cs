using System.Diagnostics;
using System.Globalization;

namespace Sync.Bench.Scale;

/// <summary>One host and one guest, as real processes, on a tree of a given size.</summary>
internal sealed class FileRuns(Options options, string root, Workplace place)
{
    private const string Share = "scale";
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public async Task<FileRun> MeasureAsync(int files)
    {
        var source = place.NewPath($"host-{files}");
        var target = Directory.CreateDirectory(place.NewPath($"guest-{files}")).FullName;
        var made = new SyntheticTree(files, seed: 1).Write(source);
        Progress.Say(string.Create(CultureInfo.InvariantCulture, $"{made.Files:N0} files, {made.Directories:N0} directories, {made.Bytes / 1e6:N0} MB made"));
        // Both agents, with a margin for what else this user watches.
        Limits.RaiseWatches(2L * made.Directories + 65_536);

        var (hostData, guestData) = (place.NewPath("host-data"), place.NewPath("guest-data"));
        await using var host = new AgentProcess(SourceTree.Program(root, "Sync.Host", "sync-host"), hostData);
        await using var guest = new AgentProcess(SourceTree.Program(root, "Sync.Guest", "sync-guest"), guestData);
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Loopback.FreePort()}");
        var patience = TimeSpan.FromSeconds(120 + files / 250);

        var begun = Stopwatch.GetTimestamp();
        await host.StartAsync("serve", "--listen", address, "--share", $"{Share}={source}");
        var token = await host.RunAsync("invite", "--share", Share);
        _ = await guest.RunAsync("join", token, target, "--address", address);
        await guest.StartAsync("run");
        _ = await guest.RunAsync("flush", "--timeout", string.Create(CultureInfo.InvariantCulture, $"{patience.TotalSeconds:0}s"));
        var firstSync = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Progress.Say(string.Create(CultureInfo.InvariantCulture, $"first sync {firstSync:0.0} s"));

        await Task.Delay(Settling);
        var hostSide = new Side { Resident = host.Memory("VmRSS"), Peak = host.Memory("VmHWM") };
        var guestSide = new Side { Resident = guest.Memory("VmRSS"), Peak = guest.Memory("VmHWM") };
        Progress.Say(string.Create(CultureInfo.InvariantCulture, $"host {hostSide.Resident:0} MB (peak {hostSide.Peak:0}), guest {guestSide.Resident:0} MB (peak {guestSide.Peak:0})"));

        await guest.StopAsync();
        await host.StopAsync();
        // One after the other, so that neither takes the other's time: a host whose guests are away, then a guest whose host is there.
        hostSide = await RestartAsync(host, hostData, hostSide, files, patience, "serve", "--listen", address);
        guestSide = await RestartAsync(guest, guestData, guestSide, files, patience, "run");
        await Task.Delay(Settling);
        hostSide = hostSide with { ResidentAfterRestart = host.Memory("VmRSS") };
        guestSide = guestSide with { ResidentAfterRestart = guest.Memory("VmRSS") };
        Progress.Say(string.Create(CultureInfo.InvariantCulture, $"restart: host {hostSide.Restart:0.00} s, {hostSide.ResidentAfterRestart:0} MB (peak {hostSide.PeakOfRestart:0}); guest {guestSide.Restart:0.00} s, {guestSide.ResidentAfterRestart:0} MB (peak {guestSide.PeakOfRestart:0}); hashed {hostSide.Hashed} and {guestSide.Hashed}"));

        var (hostBefore, guestBefore) = (ProcessLook.Now(host.Id), ProcessLook.Now(guest.Id));
        await Task.Delay(options.Idle);
        var (hostAfter, guestAfter) = (ProcessLook.Now(host.Id), ProcessLook.Now(guest.Id));
        hostSide = hostSide with { IdleCpu = hostAfter.ShareSince(hostBefore), IdleWritten = hostAfter.Written - hostBefore.Written, Databases = Databases(hostData) };
        guestSide = guestSide with { IdleCpu = guestAfter.ShareSince(guestBefore), IdleWritten = guestAfter.Written - guestBefore.Written, Databases = Databases(guestData) };
        Progress.Say(string.Create(CultureInfo.InvariantCulture, $"idle: host {hostSide.IdleCpu:0.00} %, {hostSide.IdleWritten} B written; guest {guestSide.IdleCpu:0.00} %, {guestSide.IdleWritten} B; databases {hostSide.Databases:0} and {guestSide.Databases:0} MB"));
        return new FileRun(made.Files, made.Directories, made.Bytes, firstSync, hostSide, guestSide);
    }

    private static async Task<Side> RestartAsync(AgentProcess agent, string data, Side side, int files, TimeSpan patience, params string[] arguments)
    {
        var begun = Stopwatch.GetTimestamp();
        await agent.StartAsync(arguments);
        using var watch = new AgentWatch(data);
        var status = await watch.InSyncAsync(files, patience);
        return side with { Restart = Stopwatch.GetElapsedTime(begun).TotalSeconds, Hashed = status.FilesHashed, PeakOfRestart = agent.Memory("VmHWM") };
    }

    private static double Databases(string data) =>
        new DirectoryInfo(data).EnumerateFiles("*.db*", SearchOption.AllDirectories).Sum(f => f.Length) / 1e6;
}
