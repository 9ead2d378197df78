using Microsoft.Extensions.Logging;

namespace Sync.Shared.Settings;

/// <summary>
/// The settings in force, read again when settings.json is another. One that cannot be used changes nothing, and is told once. What is not live
/// waits for the next start, and that is told too.
/// </summary>
internal sealed class LiveSettings : IAsyncDisposable
{
    // A person waits for it; the file is small, and a look costs a stat.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly SettingsSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _changing = new();
    private readonly List<Action<AgentSettings>> _followers = [];
    private volatile AgentSettings _current;
    private Task _watching = Task.CompletedTask;
    private FileMark _mark;

    /// <param name="source">Where they come from.</param>
    /// <param name="current">As read at the start.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where changes are told.</param>
    public LiveSettings(SettingsSource source, AgentSettings current, TimeProvider time, ILogger log)
    {
        _source = source;
        _current = current;
        _time = time;
        _log = log;
        _mark = FileMark.Of(source.Path);
    }

    public AgentSettings Current => _current;

    public SettingsSource Source => _source;

    /// <summary>Told of each change that was put in force: what changed, from what to what.</summary>
    public Action<string>? Changed { get; set; }

    /// <summary>Has this called with what holds now, and again at each change, one at a time.</summary>
    public void Follow(Action<AgentSettings> follower)
    {
        lock (_changing)
        {
            _followers.Add(follower);
            follower(_current);
        }
    }

    /// <summary>Begins to look at the file.</summary>
    public void Start() => _watching = WatchAsync();

    /// <summary>Looks now.</summary>
    public void Look()
    {
        lock (_changing)
        {
            var mark = FileMark.Of(_source.Path);
            if (mark == _mark)
                return;
            _mark = mark;
            try
            {
                Take(_source.Read());
            }
            catch (SettingsException e)
            {
                SettingsLog.NotUsed(_log, e.Message);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _watching;
        _closing.Dispose();
    }

    private void Take(AgentSettings next)
    {
        var before = _current;
        var changes = Changes(before, next).ToList();
        _current = next;
        foreach (var (key, from, to) in changes)
        {
            var live = _source.Definitions.First(d => d.Matches(key)).IsLive;
            if (live)
                SettingsLog.Changed(_log, key, from ?? "(unset)", to ?? "(unset)");
            else
                SettingsLog.FromNextStart(_log, key, from ?? "(unset)", to ?? "(unset)");
        }

        foreach (var follower in _followers)
            follower(next);
        if (changes.Count > 0)
            Changed?.Invoke(string.Join(", ", changes.Select(c => $"{c.Key} {c.From ?? "(unset)"} → {c.To ?? "(unset)"}")));
    }

    private static IEnumerable<(string Key, string? From, string? To)> Changes(AgentSettings before, AgentSettings after) =>
        before.Values.Concat(after.Values).Select(v => v.Key).Distinct(StringComparer.Ordinal)
            .Select(key => (key, before.Text(key), after.Text(key)))
            .Where(c => !string.Equals(c.Item2, c.Item3, StringComparison.Ordinal));

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(BetweenLooks, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token))
                Look();
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // It ends with the agent.
        }
    }

    /// <summary>What tells a file from what it was: editors replace it, or write it in place.</summary>
    private readonly record struct FileMark(bool Exists, DateTime Written, long Length)
    {
        public static FileMark Of(string path)
        {
            var file = new FileInfo(path);
            return file.Exists ? new FileMark(true, file.LastWriteTimeUtc, file.Length) : default;
        }
    }
}
