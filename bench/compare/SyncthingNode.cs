using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Sync.Bench.Compare;

/// <summary>One syncthing: its identity, configuration, process, and what it says over its REST interface.</summary>
internal sealed class SyncthingNode(string home, string folder)
{
    private const string Key = "bench";
    private readonly int _port = Loopback.FreePort();
    private readonly int _control = Loopback.FreePort();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };
    private Process? _process;
    private string _device = "";

    /// <summary>Makes its identity.</summary>
    public async Task PrepareAsync()
    {
        _ = await Command.RunAsync("syncthing", "generate", "--home=" + home, "--no-default-folder", "--skip-port-probing");
        _device = (await Command.RunAsync("syncthing", "--home=" + home, "--device-id")).Trim();
        _client.DefaultRequestHeaders.Add("X-API-Key", Key);
    }

    /// <summary>Tells it of the other one, and of nobody else.</summary>
    public Task ConfigureAsync(SyncthingNode peer) => File.WriteAllTextAsync(Path.Combine(home, "config.xml"), $"""
        <configuration version="36">
          <folder id="bench" path="{folder}" type="sendreceive" rescanIntervalS="3600" fsWatcherEnabled="true" fsWatcherDelayS="1">
            <device id="{_device}"/><device id="{peer._device}"/>
            <minDiskFree unit="%">1</minDiskFree>
          </folder>
          <device id="{_device}" name="this"><address>dynamic</address></device>
          <device id="{peer._device}" name="other"><address>tcp://127.0.0.1:{peer._port}</address></device>
          <gui enabled="true" tls="false"><address>127.0.0.1:{_control}</address><apikey>{Key}</apikey></gui>
          <options>
            <listenAddress>tcp://127.0.0.1:{_port}</listenAddress>
            <globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
            <relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><reconnectionIntervalS>1</reconnectionIntervalS>
            <urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH><crashReportingEnabled>false</crashReportingEnabled>
            <startBrowser>false</startBrowser>
          </options>
        </configuration>

        """);

    // Without the process that would start it again after a crash: it is this one that is to be ended and looked at.
    public void Start() => _process = Process.Start(new ProcessStartInfo("/bin/sh",
        ["-c", "STMONITORED=yes exec syncthing serve --home=\"$0\" --no-browser --no-restart --logfile=\"$0/log\" >/dev/null 2>&1", home]));

    public async Task StopAsync()
    {
        if (_process is null)
            return;
        await ProcessEnd.OfAsync(_process);
        _process = null;
    }

    /// <summary>Whether it is connected, at rest, and has so many files and links.</summary>
    public async Task<bool> HasAllAsync(int files)
    {
        try
        {
            using var connections = JsonDocument.Parse(await AskAsync("system/connections"));
            using var status = JsonDocument.Parse(await AskAsync("db/status?folder=bench"));
            var root = status.RootElement;
            return connections.RootElement.GetProperty("connections").EnumerateObject().Any(c => c.Value.GetProperty("connected").GetBoolean())
                && root.GetProperty("state").GetString() is "idle"
                && root.GetProperty("needTotalItems").GetInt32() is 0
                && root.GetProperty("localFiles").GetInt32() + root.GetProperty("localSymlinks").GetInt32() == files;
        }
        catch (HttpRequestException)
        {
            // Not up yet.
            return false;
        }
    }

    /// <summary>A line of its <c>/proc/PID/status</c>, in MB.</summary>
    public double Memory(string line) => long.Parse(
        File.ReadLines($"/proc/{_process!.Id}/status").First(l => l.StartsWith(line + ":", StringComparison.Ordinal))[(line.Length + 1)..].Trim().Split(' ')[0],
        CultureInfo.InvariantCulture) * 1024 / 1e6;

    private Task<string> AskAsync(string what) => _client.GetStringAsync(new Uri($"http://127.0.0.1:{_control}/rest/{what}"));
}
