using Google.Protobuf.Collections;
using Sync.Engine.Link;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>Collects the problems of one report from its parts. One per stream, not thread-safe.</summary>
internal sealed class ProblemReader
{
    private List<Problem> _problems = [];
    private int _bytes;

    /// <summary>A part that goes ahead of its report.</summary>
    public void Add(RepeatedField<ProblemItem> items)
    {
        Bounds.Count(_problems.Count + items.Count, WireLimits.MaxProblems, "problems");
        foreach (var item in items)
        {
            _bytes += item.CalculateSize();
            if (_bytes > WireLimits.MaxProblemBytes) throw Bounds.Violation("a report's problems are too long");
            _problems.Add(new Problem(
                Bounds.Text(item.Path, WireLimits.MaxPath, "a problem's path"),
                Bounds.Text(item.Code, WireLimits.MaxCode, "a problem's code"),
                Bounds.Text(item.Message, WireLimits.MaxText, "a problem's message")));
        }
    }

    /// <summary>The report itself: all of its problems.</summary>
    public IReadOnlyList<Problem> Take(RepeatedField<ProblemItem> last)
    {
        Add(last);
        var all = _problems;
        _problems = [];
        _bytes = 0;
        return all;
    }
}
