using System.Text;

namespace Sync.Engine.Ignoring;

/// <summary>
/// An ignore file (or a list of patterns), parsed with gitignore's exact meaning. Immutable, safe from any thread.
/// </summary>
/// <remarks>
/// Source of the rules: git's dir.c and wildmatch.c, which compare bytes: "?" is one byte of UTF-8. The content may be hostile: what is
/// behind <see cref="MaxBytes"/> or over <see cref="MaxWildSteps"/> is not in force, and <see cref="Problem"/> says so. To leave the rest
/// in force is safe: a path that becomes ignored is never deleted, and neither is one that is no longer.
/// </remarks>
internal sealed class IgnoreFile
{
    /// <summary>The most bytes that are read; the rest is not in force.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The most steps of patterns with stars, summed: each costs at most one comparison per byte of a name.</summary>
    public const int MaxWildSteps = 1 << 16;

    private readonly IgnorePattern[] _patterns;

    private IgnoreFile(IgnorePattern[] patterns, bool foldCase, string? problem)
    {
        _patterns = patterns;
        FoldCase = foldCase;
        Problem = problem;
        Names = new NamePatterns(patterns);
        var paths = new List<PathProgress>();
        for (int i = patterns.Length - 1; i >= 0; i--)
        {
            if (patterns[i].Kind == IgnorePatternKind.Path)
                paths.Add(new PathProgress(i, patterns[i], patterns[i].Program!.Start()));
        }

        Paths = [.. paths];
    }

    /// <summary>A file without patterns.</summary>
    public static IgnoreFile Empty { get; } = new([], foldCase: false, problem: null);

    /// <summary>Whether ASCII letters match in either case.</summary>
    public bool FoldCase { get; }

    /// <summary>For people: why not all of it is in force; null if it is.</summary>
    public string? Problem { get; }

    /// <summary>Whether it can match nothing.</summary>
    public bool IsEmpty => Names.IsEmpty && Paths.Length == 0;

    /// <summary>The patterns in their order.</summary>
    public IReadOnlyList<IgnorePattern> Patterns => _patterns;

    /// <summary>Those that look at a name alone.</summary>
    internal NamePatterns Names { get; }

    /// <summary>Those that look at a path, last first, before any text.</summary>
    internal PathProgress[] Paths { get; }

    /// <summary>Parses a file's bytes.</summary>
    /// <param name="content">Any bytes; a byte order mark at the start is skipped.</param>
    /// <param name="foldCase">Whether ASCII letters match in either case, as with git's core.ignoreCase.</param>
    public static IgnoreFile Parse(ReadOnlySpan<byte> content, bool foldCase = false)
    {
        string? problem = null;
        if (content.Length > MaxBytes)
        {
            int lastLine = content[..MaxBytes].LastIndexOf((byte)'\n');
            content = content[..(lastLine + 1)];
            problem = "larger than 1 MiB: the lines behind that are not in force; make it smaller";
        }

        if (content.StartsWith("\uFEFF"u8))
            content = content[3..];

        var patterns = new List<IgnorePattern>();
        int wildSteps = 0;
        for (int number = 1; !content.IsEmpty; number++)
        {
            int end = content.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? content : content[..end];
            content = end < 0 ? [] : content[(end + 1)..];
            line = Trim(line);
            if (line.IsEmpty)
                continue;
            IgnorePattern pattern = IgnorePattern.Parse(line, number, foldCase);
            if (pattern.Kind == IgnorePatternKind.Never)
                continue;
            if (pattern.Program is { } program)
                wildSteps += program.HasStar ? program.Length : 1;
            if (wildSteps > MaxWildSteps)
            {
                problem = $"too many wildcards: line {number} and those behind it are not in force; split or simplify it";
                break;
            }

            patterns.Add(pattern);
        }

        return patterns.Count == 0 && problem is null && !foldCase ? Empty : new IgnoreFile([.. patterns], foldCase, problem);
    }

    /// <summary>Parses a file's text.</summary>
    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, bool)"/>
    public static IgnoreFile Parse(string content, bool foldCase = false) => Parse(Encoding.UTF8.GetBytes(content), foldCase);

    /// <summary>Parses patterns that come one by one, as lines.</summary>
    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, bool)"/>
    public static IgnoreFile Parse(IEnumerable<string> lines, bool foldCase = false) => Parse(string.Join('\n', lines), foldCase);

    /// <summary>The index in <see cref="Patterns"/> of the last one that matches a whole path, or -1. A match of a directory above does not count.</summary>
    /// <param name="path">Relative to the file's directory, with '/' between names.</param>
    /// <param name="isDirectory">Whether it names a directory.</param>
    public int LastMatch(string path, bool isDirectory)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        if (FoldCase)
            AsciiCase.Lower(bytes);
        return new IgnoreLayer(this, Paths).LastMatch(bytes, bytes.AsSpan(bytes.AsSpan().LastIndexOf((byte)'/') + 1), isDirectory);
    }

    /// <summary>Takes away what git does: a comment, a carriage return, what follows a 0 byte, trailing spaces that are not escaped.</summary>
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("#"u8))
            return [];
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        int zero = line.IndexOf((byte)0);
        if (zero >= 0)
            line = line[..zero];

        int firstSpace = -1;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == (byte)' ')
            {
                if (firstSpace < 0)
                    firstSpace = i;
                continue;
            }

            if (line[i] == (byte)'\\' && ++i == line.Length)
                return line;
            firstSpace = -1;
        }

        return firstSpace < 0 ? line : line[..firstSpace];
    }
}
