using Sync.Shared.Output;

namespace Sync.Shared.Progress;

/// <summary>
/// One line on stderr that is drawn over itself while something takes longer than a second; nothing at all where stderr is no terminal. Gone
/// without a trace when it is disposed. Safe from any thread.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMilliseconds(100);

    private readonly TextWriter _error;
    private readonly bool _shows;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly Lock _drawing = new();
    private TimeSpan? _drawn;

    /// <param name="error">Where it is drawn.</param>
    /// <param name="shows">Whether that is a terminal.</param>
    /// <param name="time">The clock.</param>
    public ProgressLine(TextWriter error, bool shows, TimeProvider time)
    {
        _error = error;
        _shows = shows;
        _time = time;
        _begun = time.GetTimestamp();
    }

    /// <summary>The time since it was made.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_begun);

    /// <summary>Draws it, unless it is too early, or was drawn just now.</summary>
    public void Show(string text)
    {
        if (!_shows)
            return;
        lock (_drawing)
        {
            var now = Elapsed;
            if (now < Quiet || now - _drawn < BetweenLines)
                return;
            _drawn = now;
            // To the line's beginning, and what was longer before is wiped.
            _error.Write("\r" + Fit(Printable.Text(text)) + "\u001b[K");
            _error.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_drawing)
        {
            if (_drawn is null)
                return;
            _error.Write("\r\u001b[K");
            _error.Flush();
        }
    }

    // A line that wraps cannot be drawn over.
    private static string Fit(string text)
    {
        var width = Terminal.ErrorWidth;
        return text.Length < width ? text : text[..(width - 1)];
    }
}
