using System.Collections.Immutable;
using Sync.Web.Dashboard.Model;

namespace Sync.Web.Dashboard;

/// <summary>What a viewer was just told; each goes by itself after a while. Safe from any thread.</summary>
public sealed class Notices(TimeProvider time) : IDisposable
{
    private const int Most = 3;
    private static readonly TimeSpan Shown = TimeSpan.FromSeconds(8);

    private readonly Lock _lock = new();
    private ImmutableList<(Notice Notice, ITimer Timer)> _list = [];
    private long _last;

    /// <summary>There are others. Handlers return at once and do not throw.</summary>
    public event Action? Changed;

    /// <summary>Those that are shown, oldest first.</summary>
    public IEnumerable<Notice> Current => _list.Select(n => n.Notice);

    /// <summary>Tells.</summary>
    public void Add(Tone tone, string text)
    {
        lock (_lock)
        {
            var notice = new Notice(++_last, tone, text);
            while (_list.Count >= Most)
                Take(_list[0].Notice);
            _list = _list.Add((notice, time.CreateTimer(_ => Remove(notice), null, Shown, Timeout.InfiniteTimeSpan)));
        }

        Changed?.Invoke();
    }

    /// <summary>Takes one away.</summary>
    public void Remove(Notice notice)
    {
        lock (_lock)
            Take(notice);
        Changed?.Invoke();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, timer) in _list)
                timer.Dispose();
            _list = [];
        }
    }

    private void Take(Notice notice)
    {
        if (_list.Find(n => n.Notice == notice) is not { Timer: { } timer } found)
            return;
        timer.Dispose();
        _list = _list.Remove(found);
    }
}
