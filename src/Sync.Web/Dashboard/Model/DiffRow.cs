using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Sync.Web.Dashboard.Model;

/// <summary>A line on both sides. Pure.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Left">On the left; null if there is none.</param>
/// <param name="Right">On the right; null if there is none.</param>
/// <param name="IsSame">Whether both say the same.</param>
public sealed record DiffRow(int Number, DiffLine? Left, DiffLine? Right, bool IsSame)
{
    private const int Around = 3;

    /// <summary>Two texts, line by line.</summary>
    public static IReadOnlyList<DiffRow> Of(string left, string right)
    {
        // The end of the last line is no line of its own.
        if (left.EndsWith('\n') && right.EndsWith('\n'))
            (left, right) = (left[..^1], right[..^1]);
        var diff = new SideBySideDiffBuilder(new Differ()).BuildDiffModel(left, right, ignoreWhitespace: false);
        var rows = new List<DiffRow>(diff.OldText.Lines.Count);
        for (var i = 0; i < diff.OldText.Lines.Count; i++)
        {
            var (old, now) = (diff.OldText.Lines[i], diff.NewText.Lines[i]);
            rows.Add(new DiffRow(i, Line(old), Line(now), old.Type is ChangeType.Unchanged && now.Type is ChangeType.Unchanged));
        }

        return rows;
    }

    /// <summary>Only what differs, with a few lines around it; between the parts, null.</summary>
    public static IReadOnlyList<DiffRow?> Differing(IReadOnlyList<DiffRow> rows)
    {
        var shown = new List<DiffRow?>();
        var near = -1;
        for (var i = 0; i < rows.Count; i++)
        {
            if (!rows[i].IsSame)
                near = i;
            var ahead = false;
            for (var j = i; j <= i + Around && j < rows.Count && !ahead; j++)
                ahead = !rows[j].IsSame;
            if (ahead || (near >= 0 && i - near <= Around))
                shown.Add(rows[i]);
            else if (shown.Count == 0 || shown[^1] is not null)
                shown.Add(null);
        }

        return shown;
    }

    private static DiffLine? Line(DiffPiece piece) => piece.Type is ChangeType.Imaginary
        ? null
        : new DiffLine(piece.Position ?? 0, piece.Text ?? "", [.. piece.SubPieces.Where(p => p.Text is not null).Select(p => (p.Text, p.Type is not ChangeType.Unchanged))]);
}
