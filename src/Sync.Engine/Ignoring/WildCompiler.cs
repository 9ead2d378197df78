namespace Sync.Engine.Ignoring;

/// <summary>Compiles a pattern's text to a <see cref="WildProgram"/>, with the meaning git's wildmatch gives it.</summary>
internal static class WildCompiler
{
    /// <summary>No path is longer (bytes); a pattern that needs more can match nothing.</summary>
    private const int MaxText = 4096;

    /// <summary>Compiles; null if the pattern can match nothing.</summary>
    /// <param name="pattern">The text, without '!', leading and trailing '/'.</param>
    /// <param name="literal">How many bytes at the start hold no special one. git compares these apart, so that a "**" right
    /// behind them counts as being at the start: "/a**/b" matches "a/x/b" and even "ab".</param>
    /// <param name="path">Whether the text has slashes, so that "*" and "**" differ.</param>
    /// <param name="foldCase">Whether texts come in lower case (ASCII).</param>
    public static WildProgram? Compile(ReadOnlySpan<byte> pattern, int literal, bool path, bool foldCase)
    {
        var ops = new List<WildOp>(Math.Min(pattern.Length, MaxText));
        var sets = new List<ByteSet>();
        int least = 0;
        int p = 0;
        while (p < pattern.Length)
        {
            // One star may stand between two bytes that must match, so this bounds the program too.
            if (least > MaxText)
                return null;
            byte current = pattern[p];
            switch (current)
            {
                case (byte)'*':
                    p = CompileStars(pattern, p, literal, path, ops);
                    continue;
                case (byte)'?':
                    ops.Add(new WildOp(WildOpKind.One, 0));
                    p++;
                    break;
                case (byte)'[':
                    if (!BracketExpression.TryRead(pattern, ref p, foldCase, out ByteSet set))
                        return null;
                    ops.Add(new WildOp(WildOpKind.Set, (ushort)sets.Count));
                    sets.Add(set);
                    break;
                case (byte)'\\':
                    if (++p == pattern.Length)
                        return null;
                    // git does not fold an escaped letter: with folding, an escaped capital matches nothing.
                    ops.Add(new WildOp(WildOpKind.Byte, pattern[p++]));
                    break;
                default:
                    ops.Add(new WildOp(WildOpKind.Byte, foldCase ? AsciiCase.Lower(pattern[p]) : pattern[p]));
                    p++;
                    break;
            }

            least++;
        }

        return new WildProgram([.. ops], [.. sets]);
    }

    /// <summary>Compiles a run of stars; returns where the pattern goes on.</summary>
    private static int CompileStars(ReadOnlySpan<byte> pattern, int start, int literal, bool path, List<WildOp> ops)
    {
        int end = start;
        while (end < pattern.Length && pattern[end] == (byte)'*')
            end++;

        ReadOnlySpan<byte> rest = pattern[end..];
        bool alone = (start == literal || pattern[start - 1] == (byte)'/')
            && (rest.IsEmpty || rest[0] == (byte)'/' || rest.StartsWith("\\/"u8));
        if (!path || end - start == 1 || !alone)
        {
            ops.Add(new WildOp(WildOpKind.Star, 0));
            return end;
        }

        if (!rest.IsEmpty && rest[0] == (byte)'/')
        {
            // "**/**/" is "**/"; joining them keeps the program bounded by the bytes that it needs.
            int count = ops.Count;
            bool joined = count >= 3 && ops[count - 3].Kind == WildOpKind.SkipTwo;
            if (!joined)
            {
                ops.Add(new WildOp(WildOpKind.SkipTwo, 0));
                ops.Add(new WildOp(WildOpKind.DeepStar, 0));
                ops.Add(new WildOp(WildOpKind.Byte, (byte)'/'));
            }

            return end + 1;
        }

        ops.Add(new WildOp(WildOpKind.DeepStar, 0));
        return end;
    }
}
