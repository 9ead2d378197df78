using System.Diagnostics;
using System.Globalization;
using Sync.Bench;
using Sync.Bench.Latency;

const string Bulk = "bulk.bin";
var options = Options.Parse(args);
var scratch = Directory.CreateDirectory(Path.Combine(options.Scratch, "sync-latency-" + Guid.NewGuid().ToString("N")[..8])).FullName;
var hostDirectory = Directory.CreateDirectory(Path.Combine(scratch, "host")).FullName;
var guestDirectory = Directory.CreateDirectory(Path.Combine(scratch, "guest")).FullName;
try
{
    await using var host = new AgentProcess(SourceTree.Program(options.Root, "Sync.Host", "sync-host"), Path.Combine(scratch, "host-data"));
    await using var guest = new AgentProcess(SourceTree.Program(options.Root, "Sync.Guest", "sync-guest"), Path.Combine(scratch, "guest-data"));
    var total = GeneratedFiles.Tree(hostDirectory, options.Files);
    Say($"{options.Files} files, {total / 1e6:0} MB");

    var address = $"127.0.0.1:{Loopback.FreePort()}";
    var begun = Stopwatch.GetTimestamp();
    await host.StartAsync("serve", "--listen", address, "--share", "bench=" + hostDirectory);
    var token = await host.RunAsync("invite", "--share", "bench");
    _ = await guest.RunAsync("join", token, guestDirectory, "--address", address);
    await guest.StartAsync("run");
    _ = await guest.RunAsync("flush", "--timeout", "1800s");
    var firstSync = Stopwatch.GetElapsedTime(begun);
    Say($"first sync {firstSync.TotalSeconds:0.0} s");

    List<Row> rows = [];
    await MeasureAsync("host → guest, idle", hostDirectory, guestDirectory, "from-host", () => true);
    await MeasureAsync("guest → host, idle", guestDirectory, hostDirectory, "from-guest", () => true);
    var memory = Memory(host, guest, "VmRSS");

    var bulkTime = TimeSpan.Zero;
    if (options.BulkMegabytes > 0)
    {
        // Made beside the share and moved in, so that making it is no part of what is measured.
        var bulk = Path.Combine(scratch, Bulk);
        GeneratedFiles.Bulk(bulk, options.BulkMegabytes * 1_000_000L);
        var arrived = Path.Combine(guestDirectory, Bulk);
        var put = Stopwatch.GetTimestamp();
        File.Move(bulk, Path.Combine(hostDirectory, Bulk));
        var half = Math.Max(1, options.Saves / 10);
        List<TimeSpan> there = [], back = [];
        // By turns, for either direction is to be seen for as long as the file is under way.
        while (!File.Exists(arrived) && there.Count < options.Saves)
        {
            there.AddRange(await SaveProbe.MeasureAsync(hostDirectory, guestDirectory, "from-host", half, () => !File.Exists(arrived)));
            back.AddRange(await SaveProbe.MeasureAsync(guestDirectory, hostDirectory, "from-guest", half, () => !File.Exists(arrived)));
        }

        while (!File.Exists(arrived))
            await Task.Delay(20);
        bulkTime = Stopwatch.GetElapsedTime(put);
        Add(new Row($"host → guest, {options.BulkMegabytes} MB under way", there));
        Add(new Row($"guest → host, {options.BulkMegabytes} MB under way", back));
        _ = await guest.RunAsync("flush", "--timeout", "600s");
    }

    var facts = new List<string>
    {
        string.Create(CultureInfo.InvariantCulture, $"- First sync, from the host's start to the end of `sync-guest flush`: {firstSync.TotalSeconds:0.0} s for {options.Files:N0} files, {total / 1e6:0} MB."),
        $"- Memory (VmRSS) after the idle saves: {memory}; at the end: {Memory(host, guest, "VmRSS")}; peak (VmHWM): {Memory(host, guest, "VmHWM")}.",
    };
    if (options.BulkMegabytes > 0)
        facts.Add(string.Create(CultureInfo.InvariantCulture, $"- {options.BulkMegabytes} MB of random bytes moved into the host's directory → at the guest's path: {bulkTime.TotalSeconds:0.0} s ({options.BulkMegabytes / bulkTime.TotalSeconds:0} MB/s), while the saves went on."));
    facts.ForEach(Say);
    await BenchmarkReport.WriteAsync(options.Report, rows, facts);
    return 0;

    async Task MeasureAsync(string what, string from, string to, string name, Func<bool> goOn) =>
        Add(new Row(what, await SaveProbe.MeasureAsync(from, to, name, options.Saves, goOn)));

    void Add(Row row)
    {
        rows.Add(row);
        Say(row.ToString());
    }
}
finally
{
    // The processes have ended here: they are declared inside.
    Directory.Delete(scratch, recursive: true);
}

static string Memory(AgentProcess host, AgentProcess guest, string line) =>
    string.Create(CultureInfo.InvariantCulture, $"host {host.Memory(line):0} MB, guest {guest.Memory(line):0} MB");

static void Say(string line) => Console.WriteLine(line);
