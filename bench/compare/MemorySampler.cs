using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>Watches a process and its children while they run, as they are gone when it would be time to ask.</summary>
internal sealed class MemorySampler : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<int, long> _peaks = [];
    private readonly CancellationTokenSource _end = new();
    private readonly int _root;
    private readonly bool _childrenOnly;
    private readonly Task _sampling;

    /// <param name="root">The process to begin at.</param>
    /// <param name="childrenOnly">Whether it is itself left out.</param>
    public MemorySampler(int root, bool childrenOnly)
    {
        _root = root;
        _childrenOnly = childrenOnly;
        _sampling = SampleAsync();
    }

    /// <summary>The peaks of all processes seen, added up, in MB. To be asked after disposal.</summary>
    public double Peak => _peaks.Values.Sum() * 1024 / 1e6;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _sampling;
        _end.Dispose();
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(Between);
        try
        {
            do
                Visit(_root, _childrenOnly);
            while (await timer.WaitForNextTickAsync(_end.Token));
        }
        catch (OperationCanceledException)
        {
            // The work is done.
        }
    }

    private void Visit(int process, bool childrenOnly)
    {
        try
        {
            if (!childrenOnly && File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
                _peaks[process] = Math.Max(_peaks.GetValueOrDefault(process), long.Parse(line["VmHWM:".Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
            foreach (var child in File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                Visit(int.Parse(child, CultureInfo.InvariantCulture), childrenOnly: false);
        }
        catch (IOException)
        {
            // It ended while it was looked at.
        }
    }
}
