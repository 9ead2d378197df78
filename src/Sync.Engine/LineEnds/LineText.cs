using Sync.Delta;

namespace Sync.Engine.LineEnds;

/// <summary>Texts of which every line ends the same, and nothing else: only of them one form can be made from the other, and back, byte for byte. Pure.</summary>
internal static class LineText
{
    /// <summary>Longer ones are left as they are, in bytes of their LF form: a text is converted in memory.</summary>
    public const int MaxLength = 16 << 20;

    /// <summary>The longest CRLF form: all empty lines.</summary>
    public const int MaxCrlfLength = 2 * MaxLength;

    /// <summary>So much tells of most files that they are no such text.</summary>
    private const int Sample = 8 << 10;

    /// <summary>Text with at least one line end, each of them LF.</summary>
    public static bool IsLf(ReadOnlySpan<byte> bytes) => bytes.Length <= MaxLength && bytes.Contains((byte)'\n') && !bytes.Contains((byte)'\r') && IsText(bytes);

    /// <summary>Text with at least one line end, each of them CRLF.</summary>
    public static bool IsCrlf(ReadOnlySpan<byte> bytes) => CountCrlf(bytes) is > 0 and var lines && bytes.Length - lines <= MaxLength && IsText(bytes);

    /// <summary>Whether a file that begins so may be one of CRLF.</summary>
    /// <param name="beginning">Its first bytes.</param>
    public static bool MayBeCrlf(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length > Sample) beginning = beginning[..Sample];
        if (beginning.EndsWith("\r"u8)) beginning = beginning[..^1];
        return CountCrlf(beginning) >= 0 && !beginning.Contains((byte)0);
    }

    /// <summary>A text of LF with CRLF.</summary>
    public static byte[] ToCrlf(ReadOnlySpan<byte> lf)
    {
        var crlf = GC.AllocateUninitializedArray<byte>(lf.Length + lf.Count((byte)'\n'));
        var to = crlf.AsSpan();
        while (lf.IndexOf((byte)'\n') is >= 0 and var end)
        {
            lf[..end].CopyTo(to);
            "\r\n"u8.CopyTo(to[end..]);
            lf = lf[(end + 1)..];
            to = to[(end + 2)..];
        }

        lf.CopyTo(to);
        return crlf;
    }

    /// <summary>A text of CRLF with LF.</summary>
    public static byte[] ToLf(ReadOnlySpan<byte> crlf)
    {
        var lf = GC.AllocateUninitializedArray<byte>(crlf.Length - crlf.Count((byte)'\r'));
        var to = lf.AsSpan();
        while (crlf.IndexOf((byte)'\r') is >= 0 and var end)
        {
            crlf[..end].CopyTo(to);
            crlf = crlf[(end + 1)..];
            to = to[end..];
        }

        crlf.CopyTo(to);
        return lf;
    }

    /// <summary>The content id of bytes in memory.</summary>
    public static ContentId Id(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= Chunker.SingleChunkLength) return Manifest.OfSmall(bytes).Id;
        using var hasher = new ContentHasher(bytes.Length);
        hasher.Append(bytes);
        return hasher.Finish().Id;
    }

    /// <summary>-1: there is a line end of another kind.</summary>
    private static int CountCrlf(ReadOnlySpan<byte> bytes)
    {
        for (var lines = 0; ; lines++)
        {
            var at = bytes.IndexOfAny((byte)'\r', (byte)'\n');
            if (at < 0) return lines;
            if (bytes[at] != (byte)'\r' || at + 1 == bytes.Length || bytes[at + 1] != (byte)'\n') return -1;
            bytes = bytes[(at + 2)..];
        }
    }

    /// <summary>By git's rule: no NUL, and of 128 other characters at most one that is not printed. Line ends do not count, so both forms of a text are text, or neither is.</summary>
    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0)) return false;
        long printed = 0, others = 0;
        foreach (var value in bytes)
        {
            if (value is (byte)'\r' or (byte)'\n') continue;
            if (value is >= 0x20 and not 0x7F or (byte)'\t' or (byte)'\b' or 0x0C or 0x1B) printed++;
            else others++;
        }

        return printed >> 7 >= others;
    }
}
