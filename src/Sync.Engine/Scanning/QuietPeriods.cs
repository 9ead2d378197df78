using Sync.Engine.Control;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Files that are being written: each is looked at when it has been quiet for a while, or has changed for too long. On the loop.</summary>
internal sealed class QuietPeriods(ReplicaContext context, LookQueue looks)
{
    /// <summary>A file that stays open goes after this long without a change, ...</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>A created file is usually closed within this time; if not, it is looked at all the same.</summary>
    public static readonly TimeSpan CreateGrace = TimeSpan.FromMilliseconds(50);

    /// <summary>... but no later than this after the first.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(5);

    private readonly Dictionary<(Node, string), (long First, long Due, long NotBefore)> _waiting = [];
    private bool _timerSet;

    public bool Contains(Node directory, string name) => _waiting.ContainsKey((directory, name));

    /// <summary>Looks at a name after this long without another call for it.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">The name.</param>
    /// <param name="quiet">How long.</param>
    /// <param name="atLeast">Whatever happens meanwhile, unless all are ended.</param>
    public void Begin(Node directory, string name, TimeSpan quiet, bool atLeast = false)
    {
        var now = context.Time.GetTimestamp();
        var (first, _, notBefore) = _waiting.TryGetValue((directory, name), out var known) ? known : (now, 0, 0);
        if (atLeast) notBefore = now + Ticks(quiet);
        var due = Math.Max(notBefore, Math.Min(now + Ticks(quiet), first + Ticks(LongestWait)));
        _waiting[(directory, name)] = (first, due, notBefore);
        SetTimer(quiet);
    }

    /// <summary>There is no need to wait for this name any more. False if it is to wait all the same.</summary>
    public bool End(Node directory, string name)
    {
        if (_waiting.TryGetValue((directory, name), out var known) && known.NotBefore > context.Time.GetTimestamp()) return false;
        _waiting.Remove((directory, name));
        return true;
    }

    /// <summary>Gives memory back.</summary>
    public void Trim() => _waiting.TrimExcess();

    /// <summary>Has all that wait looked at now.</summary>
    public void EndAll()
    {
        foreach (var (directory, name) in _waiting.Keys) looks.Mark(directory, name, Look.Bytes);
        _waiting.Clear();
    }

    /// <summary>Has those below any of the directories looked at now. False if there are none.</summary>
    public bool EndWithin(IReadOnlySet<Node> directories)
    {
        var ended = _waiting.Keys.Where(file => context.Trees.IsLocallyWithinAny(file.Item1.Current, directories)).ToArray();
        foreach (var (directory, name) in ended)
        {
            _waiting.Remove((directory, name));
            looks.Mark(directory, name, Look.Bytes);
        }

        return ended.Length > 0;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * context.Time.TimestampFrequency);

    private void SetTimer(TimeSpan delay)
    {
        if (_timerSet) return;
        _timerSet = true;
        context.After(delay, () =>
        {
            _timerSet = false;
            var now = context.Time.GetTimestamp();
            foreach (var ((directory, name), _) in _waiting.Where(w => w.Value.Due <= now).ToArray())
            {
                _waiting.Remove((directory, name));
                looks.Mark(directory, name, Look.Bytes);
            }

            if (_waiting.Count > 0)
            {
                var next = TimeSpan.FromSeconds((double)(_waiting.Values.Min(w => w.Due) - now) / context.Time.TimestampFrequency);
                SetTimer(next > ShortestTimer ? next : ShortestTimer);
            }
        });
    }
}
