namespace Sync.Engine.Ignoring;

/// <summary>Case folding as git does it for ignore rules: ASCII letters only.</summary>
internal static class AsciiCase
{
    /// <summary>The lower-case form of an ASCII letter; any other byte as it is.</summary>
    public static byte Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;

    /// <summary>Lowers a text in place.</summary>
    public static void Lower(Span<byte> text)
    {
        foreach (ref byte value in text)
            value = Lower(value);
    }
}
