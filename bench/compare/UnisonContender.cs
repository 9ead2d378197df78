using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary><c>unison -batch</c> over ssh, both sides' archives in a directory of this run. It keeps mtimes to the second.</summary>
internal sealed class UnisonContender(SshServer ssh, string data, string source, string target) : Contender(Tool.Unison, source, target)
{
    private Footprint? _memory;

    /// <inheritdoc/>
    public override Footprint? Memory => _memory;

    /// <inheritdoc/>
    public override Task<Timing> FirstAsync() => RunAsync();

    /// <inheritdoc/>
    public override Task<Timing> AgainAsync() => RunAsync();

    /// <inheritdoc/>
    public override Task<Timing> ChangedAsync() => RunAsync();

    private async Task<Timing> RunAsync()
    {
        var start = new ProcessStartInfo("unison",
        [
            Source, $"ssh://127.0.0.1/{Target}", "-batch", "-auto", "-silent", "-times", "-confirmbigdel=false", "-ui", "text",
            "-sshargs", $"-F {ssh.ClientConfiguration} -p {ssh.Port}", "-servercmd", $"env UNISON={data}/there unison",
        ]);
        start.Environment["UNISON"] = Path.Combine(data, "here");
        MemorySampler? client = null;
        var server = new MemorySampler(ssh.Id, childrenOnly: true);
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
