using System.ComponentModel;
using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>lsyncd, which watches the source and runs rsync over ssh, with no delay of its own.</summary>
internal sealed class LsyncdContender(SshServer ssh, string data, string source, string target) : Contender(Tool.Lsyncd, source, target)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private Process? _process;

    /// <inheritdoc/>
    public override bool Live => true;

    /// <inheritdoc/>
    public override async Task<Timing> FirstAsync()
    {
        var configuration = Path.Combine(data, "lsyncd.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            settings { nodaemon = true, logfile = "{{data}}/lsyncd.log", statusFile = "{{data}}/lsyncd.status" }
            sync {
                default.rsync, source = "{{Source}}", target = "127.0.0.1:{{Target}}", delay = 0,
                rsync = { archive = true, rsh = "ssh -F {{ssh.ClientConfiguration}} -p {{ssh.Port}}" }
            }

            """);
        var begun = Stopwatch.GetTimestamp();
        // What it prints is in its log, too.
        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec lsyncd \"$0\" >/dev/null 2>&1", configuration])) ?? throw new InvalidOperationException("lsyncd did not start");
        return await ArrivedAsync(begun);
    }

    /// <inheritdoc/>
    public override Task<Timing> AgainAsync() => throw new NotSupportedException("lsyncd never says that it is in sync");

    /// <inheritdoc/>
    public override Task<Timing> ChangedAsync() => ArrivedAsync(Stopwatch.GetTimestamp());

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await ProcessEnd.OfAsync(_process);
        await base.DisposeAsync();
    }

    private async Task<Timing> ArrivedAsync(long begun)
    {
        while (!AllThere())
        {
            if (_process!.HasExited || Stopwatch.GetElapsedTime(begun) > Patience)
                throw new TimeoutException($"lsyncd did not bring {Source} across; see {data}/lsyncd.log");
            await Task.Delay(20);
        }

        var time = Stopwatch.GetElapsedTime(begun);
        return new Timing(time, time);
    }

    private bool AllThere()
    {
        try
        {
            return TreeComparison.Walk(Source).Count == TreeComparison.Walk(Target).Count;
        }
        catch (Win32Exception)
        {
            // One of rsync's temporary names, renamed since it was listed: it is still at it.
            return false;
        }
    }
}
