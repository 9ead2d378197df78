using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>Two syncthings that know nobody but each other. Asked twice a second whether the folder is in sync.</summary>
internal sealed class SyncthingContender(string data, string source, string target) : Contender(Tool.Syncthing, source, target)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);
    private readonly SyncthingNode _here = new(Path.Combine(data, "here"), source);
    private readonly SyncthingNode _there = new(Path.Combine(data, "there"), target);

    /// <inheritdoc/>
    public override bool Live => true;

    /// <inheritdoc/>
    public override Footprint? Memory => new(_here.Memory("VmRSS"), _here.Memory("VmHWM"), _there.Memory("VmRSS"), _there.Memory("VmHWM"));

    /// <inheritdoc/>
    public override async Task<Timing> FirstAsync()
    {
        await _here.PrepareAsync();
        await _there.PrepareAsync();
        await _here.ConfigureAsync(_there);
        await _there.ConfigureAsync(_here);
        var begun = Stopwatch.GetTimestamp();
        _here.Start();
        _there.Start();
        return await InSyncAsync(begun);
    }

    /// <inheritdoc/>
    public override async Task<Timing> AgainAsync()
    {
        await _there.StopAsync();
        var begun = Stopwatch.GetTimestamp();
        _there.Start();
        return await InSyncAsync(begun);
    }

    /// <inheritdoc/>
    public override Task<Timing> ChangedAsync() => throw new NotSupportedException("it has no way to say that an edit has been noticed");

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _there.StopAsync();
        await _here.StopAsync();
        await base.DisposeAsync();
    }

    private async Task<Timing> InSyncAsync(long begun)
    {
        var files = TreeComparison.Walk(Source).Values.Count(s => !s.IsDirectory);
        while (!await _here.HasAllAsync(files) || !await _there.HasAllAsync(files))
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
                throw new TimeoutException($"syncthing was not in sync after {Patience.TotalMinutes} minutes; see {data}");
            await Task.Delay(Between);
        }

        var time = Stopwatch.GetElapsedTime(begun);
        DiskCalls.SyncFileSystem(Target);
        return new Timing(time, Stopwatch.GetElapsedTime(begun));
    }
}
