using System.Globalization;
using Sync.Engine.Publishing;
using Sync.Shared.Output;

namespace Sync.Guest.Pushing;

/// <summary>Draws how far a push is, over itself, on a terminal: a few times a second, with rate and time left.</summary>
internal sealed class PushProgress(TextWriter error, TimeProvider time, bool shows) : IProgress<PublishProgress>, IDisposable
{
    private const int Width = 24;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private PublishStage? _stage;
    private long _stageAt;
    private long _drawnAt = time.GetTimestamp();
    private int _drawn;

    /// <inheritdoc/>
    public void Report(PublishProgress value)
    {
        if (!shows) return;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_stage != value.Stage) (_stage, _stageAt) = (value.Stage, now);
            else if (time.GetElapsedTime(_drawnAt, now) < Step) return;
            _drawnAt = now;
            var line = Line(value, time.GetElapsedTime(_stageAt, now));
            error.Write("\r" + line.PadRight(_drawn));
            _drawn = line.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
            if (_drawn > 0) error.Write("\r" + new string(' ', _drawn) + "\r");
    }

    /// <summary>One line: what it is at, how far, how fast, how long it will take.</summary>
    internal static string Line(PublishProgress at, TimeSpan elapsed)
    {
        if (at.Stage == PublishStage.Placing) return "waiting for the host's disk";
        // A file without bytes is work too.
        var all = at.OfBytes + at.OfFiles;
        var part = all == 0 ? 1 : Math.Clamp((double)(at.Bytes + at.Files) / all, 0, 1);
        var done = (int)(part * Width);
        var rate = elapsed.TotalSeconds > 0 ? at.Bytes / elapsed.TotalSeconds : 0;
        var left = part > 0 ? TimeSpan.FromSeconds(Math.Min(elapsed.TotalSeconds * (1 - part) / part, 359_999)) : TimeSpan.Zero;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(at.Stage == PublishStage.Reading ? "reading" : "sending")} [{new string('#', done)}{new string('.', Width - done)}] {part * 100,3:0} %  {Printable.Count(at.Files)} of {Printable.Count(at.OfFiles)}  {Printable.Bytes((long)rate)}/s  {(int)left.TotalHours}:{left:mm\\:ss} left");
    }
}
