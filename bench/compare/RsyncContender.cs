using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary><c>rsync -a</c> from here to there over ssh. It does not sync to disk, so that a <c>syncfs</c> afterwards is timed beside it.</summary>
internal sealed class RsyncContender : Contender
{
    private readonly SshServer _ssh;
    private readonly bool _compressed;
    private Footprint? _memory;

    public RsyncContender(SshServer ssh, string source, string target, bool compressed, CountingProxy? proxy)
        : base(compressed ? Tool.RsyncCompressed : Tool.Rsync, source, target)
    {
        _ssh = ssh;
        _compressed = compressed;
        Proxy = proxy;
    }

    /// <inheritdoc/>
    public override Footprint? Memory => _memory;

    /// <inheritdoc/>
    public override Task<Timing> FirstAsync() => RunAsync();

    /// <inheritdoc/>
    public override Task<Timing> AgainAsync() => RunAsync();

    /// <inheritdoc/>
    public override Task<Timing> ChangedAsync() => RunAsync("--delete");

    private async Task<Timing> RunAsync(params string[] more)
    {
        var start = new ProcessStartInfo("rsync", ["-a", .. _compressed ? (string[])["-z"] : [], .. more, "-e", $"ssh -F {_ssh.ClientConfiguration} -p {Proxy?.Port ?? _ssh.Port}", Source + "/", $"127.0.0.1:{Target}/"]);
        MemorySampler? client = null;
        var server = new MemorySampler(_ssh.Id, childrenOnly: true);
        var begun = Stopwatch.GetTimestamp();
        _ = await Command.RunAsync(start, id => client = new MemorySampler(id, childrenOnly: false));
        var time = Stopwatch.GetElapsedTime(begun);
        DiskCalls.SyncFileSystem(Target);
        var durable = Stopwatch.GetElapsedTime(begun);
        await client!.DisposeAsync();
        await server.DisposeAsync();
        _memory = new Footprint(null, client.Peak, null, server.Peak);
        return new Timing(time, durable);
    }
}
