using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sync.Shared.Data;

namespace Sync.Shared.Logs;

/// <summary>
/// Logs to the data directory, beside stderr. Nobody who logs waits for the disk: lines are queued, written by one task, and counted
/// where there are too many. One of these serves all of a process's logger factories; whoever made it disposes it last.
/// </summary>
internal sealed class LogFileProvider : ILoggerProvider
{
    private const int MostQueued = 8192;
    private const int MostTogether = 256 << 10;

    // A message that holds a list of everything must not make the file useless.
    private const int LongestText = 16 << 10;

    private readonly Channel<LogLine> _queue = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(MostQueued) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly LogFile _file;
    private readonly TimeProvider _time;
    private readonly Action<string> _complain;
    private readonly Task _writing;
    private long _dropped;

    /// <param name="data">Where.</param>
    /// <param name="time">The clock.</param>
    /// <param name="complain">Told, once, why the file cannot be written.</param>
    /// <param name="largestFile">In bytes.</param>
    public LogFileProvider(DataDirectory data, TimeProvider time, Action<string> complain, long largestFile = LogFile.LargestFile)
    {
        _file = new LogFile(data, largestFile);
        _time = time;
        _complain = complain;
        _writing = Task.Run(WriteAsync);
    }

    public ILogger CreateLogger(string categoryName) => new LogFileLogger(this, categoryName);

    /// <summary>Writes what is queued, then ends.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        // The queue is bounded, and nothing else is waited for.
#pragma warning disable VSTHRD002
        _writing.Wait();
#pragma warning restore VSTHRD002
        _file.Dispose();
    }

    private void Log<TState>(string category, LogLevel level, EventId id, TState state, Exception? exception, string message)
    {
        var line = new LogLine(_time.GetUtcNow(), LogLevelWords.Of(level), category, Cut(message))
        {
            Event = id.Id,
            Fields = Fields(state),
            Exception = exception is null ? null : Cut(exception.ToString()),
        };
        if (!_queue.Writer.TryWrite(line))
            Interlocked.Increment(ref _dropped);
    }

    private static Dictionary<string, string>? Fields<TState>(TState state)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> pairs)
            return null;
        Dictionary<string, string>? fields = null;
        foreach (var (name, value) in pairs)
        {
            if (name is "{OriginalFormat}" || value is null)
                continue;
            fields ??= new Dictionary<string, string>(StringComparer.Ordinal);
            fields[name] = Cut(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }

        return fields;
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText] + "…";

    private async Task WriteAsync()
    {
        var failed = false;
        using var together = new MemoryStream();
        while (await _queue.Reader.WaitToReadAsync())
        {
            together.SetLength(0);
            while (together.Length < MostTogether && _queue.Reader.TryRead(out var line))
                Add(together, line);
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                Add(together, new LogLine(_time.GetUtcNow(), "warning", "log", string.Create(CultureInfo.InvariantCulture, $"{dropped} lines are left out: there were too many at once")));
            try
            {
                _file.Append(together.GetBuffer().AsSpan(0, (int)together.Length));
                failed = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or Output.CommandFailure)
            {
                // Stderr has the lines; to say it once is enough until it works again.
                if (!failed)
                    _complain(e.Message);
                failed = true;
                _file.Dispose();
            }
        }
    }

    private static void Add(MemoryStream lines, LogLine line)
    {
        JsonSerializer.Serialize(lines, line, LogJson.Default.LogLine);
        lines.WriteByte((byte)'\n');
    }

    private sealed class LogFileLogger(LogFileProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // What is logged at all is the factories' filter to say.
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                provider.Log(category, logLevel, eventId, state, exception, formatter(state, exception));
        }
    }
}
