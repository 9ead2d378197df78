using System.Globalization;
using Sync.Shared.Output;

namespace Sync.Shared.Progress;

/// <summary>Says what is waited for, and for how long by now, where there is no more to say.</summary>
internal static class WaitProgress
{
    public static async Task<T> WhileAsync<T>(string what, Task<T> work, TextWriter error)
    {
        using var line = new ProgressLine(error, Terminal.ShowsProgress, TimeProvider.System);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var tick = timer.WaitForNextTickAsync().AsTask();
        while (await Task.WhenAny(work, tick) == tick)
        {
            line.Show(string.Create(CultureInfo.InvariantCulture, $"{what}: {line.Elapsed.TotalSeconds:0} s"));
            tick = timer.WaitForNextTickAsync().AsTask();
        }

        return await work;
    }
}
