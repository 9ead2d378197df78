namespace Sync.Engine.Ignoring;

/// <summary>One line of an ignore file, understood.</summary>
internal sealed class IgnorePattern
{
    private static readonly System.Buffers.SearchValues<byte> Special = System.Buffers.SearchValues.Create("*?[\\"u8);

    private IgnorePattern(int line, bool negative, bool directoryOnly, IgnorePatternKind kind, byte[] text, WildProgram? program)
    {
        Line = line;
        Negative = negative;
        DirectoryOnly = directoryOnly;
        Kind = kind;
        Text = text;
        Program = program;
    }

    /// <summary>Its line number, from 1.</summary>
    public int Line { get; }

    /// <summary>A match re-includes.</summary>
    public bool Negative { get; }

    /// <summary>It matches directories only.</summary>
    public bool DirectoryOnly { get; }

    /// <summary>How it is matched.</summary>
    public IgnorePatternKind Kind { get; }

    /// <summary>The name or the suffix, for these kinds.</summary>
    public byte[] Text { get; }

    /// <summary>The program, for the other kinds.</summary>
    public WildProgram? Program { get; }

    /// <summary>Understands a line that is neither empty nor a comment and has no line end and no unescaped trailing spaces.</summary>
    public static IgnorePattern Parse(ReadOnlySpan<byte> line, int lineNumber, bool foldCase)
    {
        bool negative = line.StartsWith("!"u8);
        if (negative)
            line = line[1..];

        int wildcardAt = line.IndexOfAny(Special);
        bool suffix = wildcardAt == 0 && line[0] == (byte)'*' && !line[1..].ContainsAny(Special);
        bool directoryOnly = line.EndsWith("/"u8);
        if (directoryOnly)
            line = line[..^1];
        int literal = wildcardAt < 0 ? line.Length : Math.Min(wildcardAt, line.Length);

        bool path = line.Contains((byte)'/');
        var kind = IgnorePatternKind.Never;
        byte[] text = [];
        WildProgram? program = null;
        if (path)
        {
            if (line[0] == (byte)'/')
            {
                line = line[1..];
                literal--;
            }

            program = WildCompiler.Compile(line, literal, path: true, foldCase);
            if (program is { Length: > 0 })
                kind = IgnorePatternKind.Path;
        }
        else if (line.Length == literal)
        {
            kind = line.IsEmpty ? IgnorePatternKind.Never : IgnorePatternKind.Name;
            text = line.ToArray();
        }
        else if (suffix)
        {
            kind = IgnorePatternKind.Suffix;
            text = line[1..].ToArray();
        }
        else
        {
            program = WildCompiler.Compile(line, literal, path: false, foldCase);
            if (program is not null)
                kind = IgnorePatternKind.WildName;
        }

        if (foldCase)
            AsciiCase.Lower(text);
        return new IgnorePattern(lineNumber, negative, directoryOnly, kind, text, program);
    }
}
