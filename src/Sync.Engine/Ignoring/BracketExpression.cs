namespace Sync.Engine.Ignoring;

/// <summary>
/// Reads "[...]" as git's wildmatch does, with its corner cases: a ']' right after the start is an ordinary byte, '!' or '^' negates,
/// a backslash takes the next byte as it is, a range end may be escaped, classes are ASCII ones, an unknown class or a missing ']' makes
/// the whole pattern match nothing.
/// </summary>
/// <remarks>Source of the rules: git's wildmatch.c. When folding case, the text is lower case already, literal members are not
/// folded and ranges are: git does just that.</remarks>
internal static class BracketExpression
{
    /// <summary>Reads the expression that starts at <paramref name="at"/> ('['), and leaves <paramref name="at"/> behind its ']'.</summary>
    /// <returns>False if it is malformed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> pattern, ref int at, bool foldCase, out ByteSet set)
    {
        set = default;
        int p = at + 1;
        bool negated = At(pattern, p) is (byte)'!' or (byte)'^';
        if (negated)
            p++;

        byte previous = 0;
        byte current = At(pattern, p);
        do
        {
            if (current == 0)
                return false;
            if (current == (byte)'\\')
            {
                current = At(pattern, ++p);
                if (current == 0)
                    return false;
                set.Add(current);
            }
            else if (current == (byte)'-' && previous != 0 && At(pattern, p + 1) is not 0 and not (byte)']')
            {
                current = At(pattern, ++p);
                if (current == (byte)'\\')
                {
                    current = At(pattern, ++p);
                    if (current == 0)
                        return false;
                }

                AddRange(ref set, previous, current, foldCase);
                current = 0; // A range's end does not begin another range.
            }
            else if (current == (byte)'[' && At(pattern, p + 1) == (byte)':')
            {
                int nameAt = p + 2;
                int end = nameAt;
                while (At(pattern, end) is not 0 and not (byte)']')
                    end++;
                if (At(pattern, end) == 0)
                    return false;
                if (end - nameAt - 1 < 0 || pattern[end - 1] != (byte)':')
                {
                    set.Add((byte)'['); // No ":]": the bracket stands for itself.
                }
                else
                {
                    if (!TryAddClass(ref set, pattern[nameAt..(end - 1)], foldCase))
                        return false;
                    p = end;
                    current = 0;
                }
            }
            else
            {
                set.Add(current);
            }

            previous = current;
            current = At(pattern, ++p);
        }
        while (current != (byte)']');

        if (negated)
            set.Invert();
        set.Remove((byte)'/');
        at = p + 1;
        return true;
    }

    /// <summary>The byte at an index, or 0 behind the end: patterns hold no 0 byte.</summary>
    private static byte At(ReadOnlySpan<byte> pattern, int index) => index < pattern.Length ? pattern[index] : (byte)0;

    private static void AddRange(ref ByteSet set, byte from, byte to, bool foldCase)
    {
        for (int value = from; value <= to; value++)
        {
            set.Add((byte)value);
            if (foldCase && value is >= 'A' and <= 'Z')
                set.Add((byte)(value | 0x20));
        }
    }

    private static bool TryAddClass(ref ByteSet set, ReadOnlySpan<byte> name, bool foldCase)
    {
        Func<byte, bool>? contains = null;
        if (name.SequenceEqual("alnum"u8))
            contains = value => char.IsAsciiLetterOrDigit((char)value);
        else if (name.SequenceEqual("alpha"u8))
            contains = value => char.IsAsciiLetter((char)value);
        else if (name.SequenceEqual("blank"u8))
            contains = value => value is (byte)' ' or (byte)'\t';
        else if (name.SequenceEqual("cntrl"u8))
            contains = value => value is < 0x20 or 0x7F;
        else if (name.SequenceEqual("digit"u8))
            contains = value => char.IsAsciiDigit((char)value);
        else if (name.SequenceEqual("graph"u8))
            contains = value => value is > 0x20 and < 0x7F;
        else if (name.SequenceEqual("lower"u8))
            contains = value => char.IsAsciiLetterLower((char)value);
        else if (name.SequenceEqual("print"u8))
            contains = value => value is >= 0x20 and < 0x7F;
        else if (name.SequenceEqual("punct"u8))
            contains = value => value is > 0x20 and < 0x7F && !char.IsAsciiLetterOrDigit((char)value);
        else if (name.SequenceEqual("space"u8))
            contains = value => value is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r'; // git's own ctype: no \v, no \f
        else if (name.SequenceEqual("upper"u8))
            contains = value => char.IsAsciiLetterUpper((char)value) || (foldCase && char.IsAsciiLetterLower((char)value));
        else if (name.SequenceEqual("xdigit"u8))
            contains = value => char.IsAsciiHexDigit((char)value);
        if (contains is null)
            return false;
        for (int value = 1; value < 256; value++)
        {
            if (contains((byte)value))
                set.Add((byte)value);
        }

        return true;
    }
}
