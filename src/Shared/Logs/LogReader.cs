using System.Text.Json;
using Sync.Shared.Data;

namespace Sync.Shared.Logs;

/// <summary>Reads the agent's log, whether it is written meanwhile or not.</summary>
internal sealed class LogReader(DataDirectory data, Func<LogLine, bool> wanted) : IDisposable
{
    private StreamReader? _follow;
    private string _part = "";

    /// <summary>The newest lines, oldest first. What comes after them is <see cref="Next"/>'s.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<LogLine> Newest(int most)
    {
        var newest = new Queue<LogLine>();
        for (var number = LogFile.MostFiles - 1; number >= 0; number--)
        {
            if (!File.Exists(data.LogFile(number)))
                continue;
            var lines = Open(number);
            _part = "";
            foreach (var line in Read(lines))
            {
                newest.Enqueue(line);
                if (newest.Count > most)
                    newest.Dequeue();
            }

            // The last, and newest, is read on from here.
            if (number == 0)
                _follow = lines;
            else
                lines.Dispose();
        }

        return [.. newest];
    }

    /// <summary>What was written since the last call.</summary>
    public IReadOnlyList<LogLine> Next()
    {
        var lines = new List<LogLine>();
        if (_follow is not null)
        {
            // The file is a new one if it was rotated: then what is left of the old one comes first.
            var rotated = IsAnother(_follow);
            lines.AddRange(Read(_follow));
            if (!rotated)
                return lines;
            _follow.Dispose();
            _follow = null;
            _part = "";
        }

        if (File.Exists(data.LogFile(0)))
        {
            _follow = Open(0);
            lines.AddRange(Read(_follow));
        }

        return lines;
    }

    /// <inheritdoc/>
    public void Dispose() => _follow?.Dispose();

    private bool IsAnother(StreamReader reader)
    {
        var present = new FileInfo(data.LogFile(0));
        // A file that is shorter than what was read of it is no longer the same: it only ever grows.
        return !present.Exists || present.Length < reader.BaseStream.Length;
    }

    private StreamReader Open(int number) =>
        new(new FileStream(data.LogFile(number), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    private IEnumerable<LogLine> Read(StreamReader reader)
    {
        var buffer = new char[16 << 10];
        while (reader.Read(buffer, 0, buffer.Length) is > 0 and var read)
        {
            var text = _part + new string(buffer, 0, read);
            var start = 0;
            for (var end = text.IndexOf('\n', StringComparison.Ordinal); end >= 0; end = text.IndexOf('\n', start))
            {
                if (Parse(text.AsSpan(start, end - start)) is { } line && wanted(line))
                    yield return line;
                start = end + 1;
            }

            // The writer may be in the midst of a line.
            _part = text[start..];
        }
    }

    private static LogLine? Parse(ReadOnlySpan<char> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LogJson.Default.LogLine);
        }
        catch (JsonException)
        {
            // Cut by a power loss. The log promises no more than it has.
            return null;
        }
    }
}
