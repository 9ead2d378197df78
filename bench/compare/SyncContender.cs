using System.Diagnostics;
using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>sync-host and sync-guest, as two real processes. What is timed ends with <c>sync-guest flush</c>: identical and durable on both sides.</summary>
internal sealed class SyncContender : Contender
{
    private const string Share = "bench";
    private readonly AgentProcess _host;
    private readonly AgentProcess _guest;
    private readonly int _port;

    /// <param name="programs">The checkout whose Release build runs.</param>
    /// <param name="data">Where both keep their own data.</param>
    /// <param name="source">The host's directory.</param>
    /// <param name="target">The guest's.</param>
    /// <param name="port">What the host listens on.</param>
    /// <param name="proxy">What the guest connects through.</param>
    public SyncContender(string programs, string data, string source, string target, int port, CountingProxy? proxy)
        : base(Tool.Sync, source, target)
    {
        _host = new AgentProcess(SourceTree.Program(programs, "Sync.Host", "sync-host"), Path.Combine(data, "host"));
        _guest = new AgentProcess(SourceTree.Program(programs, "Sync.Guest", "sync-guest"), Path.Combine(data, "guest"));
        _port = port;
        Proxy = proxy;
    }

    /// <inheritdoc/>
    public override bool Live => true;

    /// <inheritdoc/>
    public override Footprint? Memory => new(_host.Memory("VmRSS"), _host.Memory("VmHWM"), _guest.Memory("VmRSS"), _guest.Memory("VmHWM"));

    /// <summary>Counts pairing, too: from the host's start, with an empty data directory, to the end of the guest's flush.</summary>
    public override async Task<Timing> FirstAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        await _host.StartAsync("serve", "--listen", Address(_port), "--share", $"{Share}={Source}");
        var token = await _host.RunAsync("invite", "--share", Share);
        _ = await _guest.RunAsync("join", token, Target, "--address", Address(Proxy?.Port ?? _port));
        await _guest.StartAsync("run");
        var timing = await FlushAsync(begun);
        // The tree is replaced later on: that is no accident to halt at.
        _ = await _host.RunAsync("share", "set", Share, "--max-delete", "100");
        return timing;
    }

    /// <summary>Ends the guest's agent first, which is not timed.</summary>
    public override async Task<Timing> AgainAsync()
    {
        await _guest.StopAsync();
        var begun = Stopwatch.GetTimestamp();
        await _guest.StartAsync("run");
        return await FlushAsync(begun);
    }

    /// <inheritdoc/>
    public override Task<Timing> ChangedAsync() => FlushAsync(Stopwatch.GetTimestamp());

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _guest.DisposeAsync();
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task<Timing> FlushAsync(long begun)
    {
        _ = await _guest.RunAsync("flush", "--timeout", "1800s");
        var time = Stopwatch.GetElapsedTime(begun);
        return new Timing(time, time);
    }

    private static string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}
