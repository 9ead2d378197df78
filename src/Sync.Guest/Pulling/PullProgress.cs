using System.Globalization;
using Sync.Engine.Pulling;
using Sync.Shared.Output;

namespace Sync.Guest.Pulling;

/// <summary>Draws how far a pull has come over itself on stderr, with rate and time left; nothing where that is no terminal.</summary>
internal sealed class PullProgress : IAsyncDisposable
{
    private const int Width = 24;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    private readonly PullRun _run;
    private readonly TextWriter _error;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _drawing;
    private int _drawn;

    public PullProgress(PullRun run, TextWriter error, TimeProvider time, bool shows)
    {
        _run = run;
        _error = error;
        _time = time;
        _begun = time.GetTimestamp();
        _drawing = shows ? Task.Run(DrawAsync) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _drawing;
        _stop.Dispose();
    }

    /// <summary>One line: what it is at, how far, how fast, how long it will take.</summary>
    internal static string Line(PullStage stage, long files, long allFiles, long bytes, long allBytes, TimeSpan elapsed)
    {
        if (stage == PullStage.Comparing) return "comparing";
        if (stage == PullStage.Finishing) return $"{Printable.Count(files)} files, {Printable.Bytes(bytes)}: finishing";
        // A file without bytes is work too.
        var part = allBytes + allFiles == 0 ? 1 : Math.Clamp((double)(bytes + files) / (allBytes + allFiles), 0, 1);
        var done = (int)(part * Width);
        var rate = elapsed.TotalSeconds > 0 ? bytes / elapsed.TotalSeconds : 0;
        var left = part > 0 ? TimeSpan.FromSeconds(Math.Min(elapsed.TotalSeconds * (1 - part) / part, 359_999)) : TimeSpan.Zero;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"[{new string('#', done)}{new string('.', Width - done)}] {part * 100,3:0} %  {Printable.Count(files)} of {Printable.Count(allFiles)} files  {Printable.Bytes((long)rate)}/s  {(int)left.TotalHours}:{left:mm\\:ss} left");
    }

    private async Task DrawAsync()
    {
        using var timer = new PeriodicTimer(Step, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token)) await WriteAsync();
        }
        catch (OperationCanceledException)
        {
            // The end: what was drawn goes.
        }

        if (_drawn > 0) await _error.WriteAsync("\r" + new string(' ', _drawn) + "\r");
    }

    private async Task WriteAsync()
    {
        var counts = _run.Counts;
        var line = Line(_run.Stage, counts.Files, _run.Tree?.Files ?? 0, counts.Bytes, _run.Tree?.Bytes ?? 0, _time.GetElapsedTime(_begun));
        await _error.WriteAsync("\r" + line.PadRight(_drawn));
        _drawn = line.Length;
    }
}
