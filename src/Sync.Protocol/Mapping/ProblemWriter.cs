using System.Globalization;
using Google.Protobuf.Collections;
using Sync.Engine.Link;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>Spreads a report's problems over messages: parts first, the last of them in the report itself.</summary>
internal static class ProblemWriter
{
    /// <summary>The code of the last item where some were left out.</summary>
    public const string MoreCode = "more";

    /// <summary>Yields the parts that go ahead; fills <paramref name="last"/> with the rest.</summary>
    public static IEnumerable<ProblemPart> Split(IReadOnlyList<Problem> problems, RepeatedField<ProblemItem> last)
    {
        var items = ToWire(problems);
        var start = 0;
        var bytes = 0;
        for (var i = 0; i < items.Count; i++)
        {
            var size = items[i].CalculateSize() + 4;
            if (bytes + size > WireLimits.BatchBytes && i > start)
            {
                var part = new ProblemPart();
                part.Items.AddRange(items.GetRange(start, i - start));
                yield return part;
                start = i;
                bytes = 0;
            }

            bytes += size;
        }

        last.AddRange(items.GetRange(start, items.Count - start));
    }

    private static List<ProblemItem> ToWire(IReadOnlyList<Problem> problems)
    {
        var items = new List<ProblemItem>(Math.Min(problems.Count, WireLimits.MaxProblems));
        var bytes = 0;
        foreach (var problem in problems)
        {
            var item = new ProblemItem
            {
                Path = Bounds.Cut(problem.Path, WireLimits.MaxPath),
                Code = Bounds.Cut(problem.Code, WireLimits.MaxCode),
                Message = Bounds.Cut(problem.Message, WireLimits.MaxText),
            };
            bytes += item.CalculateSize() + 4;
            // Room is kept for the item that says how many were left out.
            if (items.Count == WireLimits.MaxProblems - 1 && problems.Count > WireLimits.MaxProblems) break;
            if (bytes > WireLimits.MaxProblemBytes - WireLimits.MaxText) break;
            items.Add(item);
        }

        if (items.Count < problems.Count)
        {
            var left = (problems.Count - items.Count).ToString(CultureInfo.InvariantCulture);
            items.Add(new ProblemItem { Path = "", Code = MoreCode, Message = left + " more paths have problems: see `status` there" });
        }

        return items;
    }
}
