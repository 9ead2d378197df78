using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sync.Engine.Files.Linux;

/// <summary>Shows a name that is not valid UTF-8: what is text stays text, every other byte becomes <c>\xNN</c>.</summary>
internal static class EscapedName
{
    public static string Of(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length + 8);
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var used) == OperationStatus.Done)
                text.Append(rune.ToString());
            else
                foreach (var b in name[..used])
                    text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
            name = name[used..];
        }

        return text.ToString();
    }
}
