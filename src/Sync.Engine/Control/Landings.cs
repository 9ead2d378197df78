using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Control;

/// <summary>Contents that a guest has put in place since its last word to the host. On the loop.</summary>
internal sealed class Landings(TimeProvider time)
{
    private readonly List<(Revision Revision, long At)> _landed = [];

    /// <summary>A content stands at its place now.</summary>
    public void Add(Revision revision)
    {
        if (_landed.Count < Landing.Most) _landed.Add((revision, time.GetTimestamp()));
    }

    /// <summary>All since the last call.</summary>
    public IReadOnlyList<Landing> Take()
    {
        if (_landed.Count == 0) return [];
        var now = time.GetTimestamp();
        var taken = _landed.ConvertAll(l => new Landing(l.Revision, time.GetElapsedTime(l.At, now)));
        _landed.Clear();
        return taken;
    }
}
