using System.Globalization;
using System.Text;
using QRCoder;

namespace Sync.Web.Dashboard.Model;

/// <summary>A QR code as the path of an SVG: only numbers, so nothing of the text can be read as markup.</summary>
/// <param name="Size">Modules on each side, the quiet zone included.</param>
/// <param name="Path">The dark modules.</param>
public sealed record QrPath(int Size, string Path)
{
    /// <summary>The code for a text.</summary>
    public static QrPath Of(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Length; x++)
            {
                if (!rows[y][x])
                    continue;
                var from = x;
                while (x + 1 < rows[y].Length && rows[y][x + 1])
                    x++;
                path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from + 1}v1h-{x - from + 1}z");
            }
        }

        return new QrPath(rows.Count, path.ToString());
    }
}
