using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Sync.Delta;
using Sync.Protocol.Invites;

namespace Sync.Bench.Scale;

/// <summary>One real host, and this process as all of its guests.</summary>
internal sealed class GuestRuns(Options options, string root, Workplace place)
{
    private const string Share = "scale";
    private const int TreeFiles = 30;
    private const int SaveBytes = 1024;

    // The host takes 16 strangers from one address at a time, and 64 failures a minute in all.
    private const int PairingAtOnce = 8;
    private const int ConnectingAtOnce = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(300);

    public async Task<GuestRun> MeasureAsync(int count)
    {
        var source = Directory.CreateDirectory(place.NewPath($"shared-with-{count}")).FullName;
        _ = GeneratedFiles.Tree(source, TreeFiles);
        await using var host = new AgentProcess(SourceTree.Program(root, "Sync.Host", "sync-host"), place.NewPath("host-data"));
        await host.StartAsync("serve", "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Loopback.FreePort()}"), "--share", $"{Share}={source}");
        var token = await host.RunAsync("invite", "--share", Share, "--uses", count.ToString(CultureInfo.InvariantCulture));
        var invite = Invite.TryParse(token, out var parsed, out var error) ? parsed : throw new InvalidOperationException(error);
        await Task.Delay(Settling);
        var before = host.Memory("VmRSS");

        var identities = place.NewPath("identities");
        var guests = Enumerable.Range(0, count).Select(i => new SimulatedGuest(i, Path.Combine(identities, i.ToString(CultureInfo.InvariantCulture)))).ToList();
        try
        {
            var pairing = await EachAsync(guests, PairingAtOnce, (g, cancel) => g.PairAsync(invite, cancel));
            Progress.Say(string.Create(CultureInfo.InvariantCulture, $"{count} guests paired in {pairing:0.00} s"));
            var connecting = await EachAsync(guests, ConnectingAtOnce, (g, cancel) => g.ConnectAsync(invite, TreeFiles, cancel));
            Progress.Say(string.Create(CultureInfo.InvariantCulture, $"{count} guests have the tree after {connecting:0.00} s, {guests.Sum(g => g.Retries)} connections tried again; host {host.Memory("VmRSS"):0} MB"));
            await Task.Delay(Settling);

            var (hostBefore, loadBefore) = (ProcessLook.Now(host.Id), ProcessLook.Now(Environment.ProcessId));
            List<double> first = [], median = [], last = [];
            for (var i = 0; i < options.Saves; i++)
            {
                var times = await SaveAsync(guests, Path.Combine(source, "saved.txt"));
                first.Add(times[0]);
                median.Add(times[times.Length / 2]);
                last.Add(times[^1]);
                await Task.Delay(Between);
            }

            var (hostAfter, loadAfter) = (ProcessLook.Now(host.Id), ProcessLook.Now(Environment.ProcessId));
            await Task.Delay(options.Idle);
            var run = new GuestRun
            {
                Guests = count,
                Pairing = pairing,
                Connecting = connecting,
                First = first,
                Median = median,
                Last = last,
                Before = before,
                Resident = host.Memory("VmRSS"),
                Peak = host.Memory("VmHWM"),
                Connections = Sockets(host.Id),
                CpuOfSave = (hostAfter.Cpu - hostBefore.Cpu).TotalMilliseconds / options.Saves,
                LoadCpuOfSave = (loadAfter.Cpu - loadBefore.Cpu).TotalMilliseconds / options.Saves,
                IdleCpu = ProcessLook.Now(host.Id).ShareSince(hostAfter),
            };
            Progress.Say(string.Create(CultureInfo.InvariantCulture, $"save → first {Figures.Median(first):0.0} ms, median {Figures.Median(median):0.0} ms, last {Figures.Median(last):0.0} ms (max {last.Max():0.0}); host {run.Resident:0} MB (before {before:0}, peak {run.Peak:0}), {run.PerGuest:0} KB a guest, {run.Connections} sockets, {run.CpuOfSave:0.0} ms CPU a save, idle {run.IdleCpu:0.0} %"));
            return run;
        }
        finally
        {
            _ = await EachAsync(guests, ConnectingAtOnce, (g, _) => g.DisposeAsync().AsTask());
        }
    }

    private static async Task<double[]> SaveAsync(List<SimulatedGuest> guests, string path)
    {
        var bytes = RandomNumberGenerator.GetBytes(SaveBytes);
        var file = new SavedFile(Manifest.OfSmall(bytes).Id, guests.Count);
        guests.ForEach(g => g.Await(file));
        await File.WriteAllBytesAsync(path, bytes);
        file.SavedAt = Stopwatch.GetTimestamp();
        try
        {
            await file.All.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            var lost = guests.Count(g => g.Lost.IsCompleted);
            throw new TimeoutException($"{file.Missing} of {guests.Count} guests did not have a save after {Patience.TotalSeconds:0} s; {lost} have lost their session");
        }

        return file.Times();
    }

    private static async Task<double> EachAsync(List<SimulatedGuest> guests, int atOnce, Func<SimulatedGuest, CancellationToken, Task> action)
    {
        var begun = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(guests, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (guest, cancel) => await action(guest, cancel));
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static int Sockets(int process) =>
        Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) is true);
}
