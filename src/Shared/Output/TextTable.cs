using System.Text;

namespace Sync.Shared.Output;

/// <summary>Columns set under each other, for output that scripts may cut and people read. Cells are made printable here.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row of as many cells as there are headings.</summary>
    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, headings.Length);
        _rows.Add(Array.ConvertAll(cells, Printable.Text));
    }

    /// <summary>The headings and rows, without trailing spaces.</summary>
    public void Write(TextWriter output)
    {
        var widths = new int[headings.Length];
        for (var column = 0; column < widths.Length; column++)
        {
            widths[column] = headings[column].Length;
            foreach (var row in _rows)
                widths[column] = Math.Max(widths[column], row[column].Length);
        }

        WriteRow(output, headings, widths);
        foreach (var row in _rows)
            WriteRow(output, row, widths);
    }

    private static void WriteRow(TextWriter output, string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var column = 0; column < cells.Length; column++)
        {
            if (column > 0)
                line.Append("  ");
            line.Append(cells[column].PadRight(widths[column]));
        }

        output.WriteLine(line.ToString().TrimEnd());
    }
}
