using Sync.Engine.Ignoring;

namespace Sync.Engine.LineEnds;

/// <summary>
/// Which text files have CRLF on a replica's own disk while the share has LF: a setting of that replica alone. Immutable. What is no text, has mixed line ends, or is
/// longer than 16 MiB, is what it is everywhere.
/// </summary>
public sealed class LineEndings
{
    private readonly IgnoreFile _crlf;

    private LineEndings(IgnoreFile crlf) => _crlf = crlf;

    /// <summary>All files are byte for byte as the share has them.</summary>
    public static LineEndings AsTheyAre { get; } = new(IgnoreFile.Empty);

    /// <summary>Nothing is converted.</summary>
    public bool IsEmpty => _crlf.IsEmpty;

    /// <summary>Text files that match have CRLF here.</summary>
    /// <param name="patterns">As in ignore files, the last one that matches decides: <c>*.txt</c>, <c>/docs/</c>, <c>!legacy.txt</c>.</param>
    public static LineEndings Crlf(IEnumerable<string> patterns) => new(IgnoreFile.Parse(patterns));

    /// <summary>Whether a file is to have CRLF, if it is text.</summary>
    /// <param name="path">Of the file, from the replica's directory on.</param>
    public bool HasCrlf(string path)
    {
        if (IsEmpty) return false;
        // The file's own match counts before that of a directory above.
        var isDirectory = false;
        for (var at = path; ; isDirectory = true)
        {
            if (_crlf.LastMatch(at, isDirectory) is >= 0 and var match) return !_crlf.Patterns[match].Negative;
            var slash = at.LastIndexOf('/');
            if (slash < 0) return false;
            at = at[..slash];
        }
    }
}
