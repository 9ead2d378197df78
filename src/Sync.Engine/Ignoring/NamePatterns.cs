namespace Sync.Engine.Ignoring;

/// <summary>
/// The patterns of one file that look at a name alone, arranged so that most names cost one hash look-up and a few comparisons:
/// exact names in a dictionary, "*suffix" by its last byte, only the others one by one. Immutable.
/// </summary>
internal sealed class NamePatterns
{
    private readonly Dictionary<byte[], (int OfFile, int OfDirectory)> _exact = new(ByteStringComparer.Instance);
    private readonly Dictionary<byte[], (int OfFile, int OfDirectory)>.AlternateLookup<ReadOnlySpan<byte>> _exactBySpan;
    private readonly (byte LastByte, int Index, IgnorePattern Pattern)[] _suffixes;
    private readonly (int Index, IgnorePattern Pattern)[] _wild;
    private readonly (int OfFile, int OfDirectory) _everything = (-1, -1);

    public NamePatterns(IReadOnlyList<IgnorePattern> patterns)
    {
        var suffixes = new List<(byte, int, IgnorePattern)>();
        var wild = new List<(int, IgnorePattern)>();
        for (int i = 0; i < patterns.Count; i++)
        {
            IgnorePattern pattern = patterns[i];
            switch (pattern.Kind)
            {
                case IgnorePatternKind.Name:
                    (int ofFile, _) = _exact.GetValueOrDefault(pattern.Text, (-1, -1));
                    _exact[pattern.Text] = (pattern.DirectoryOnly ? ofFile : i, i);
                    break;
                case IgnorePatternKind.Suffix when pattern.Text.Length == 0:
                    _everything = (pattern.DirectoryOnly ? _everything.OfFile : i, i);
                    break;
                case IgnorePatternKind.Suffix:
                    suffixes.Add((pattern.Text[^1], i, pattern));
                    break;
                case IgnorePatternKind.WildName:
                    wild.Add((i, pattern));
                    break;
                default:
                    break;
            }
        }

        suffixes.Reverse();
        wild.Reverse();
        _suffixes = [.. suffixes];
        _wild = [.. wild];
        _exactBySpan = _exact.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _exact.Count == 0 && _suffixes.Length == 0 && _wild.Length == 0 && _everything == (-1, -1);

    /// <summary>The index of the last pattern that matches, or -1.</summary>
    public int LastMatch(ReadOnlySpan<byte> name, bool isDirectory)
    {
        int last = isDirectory ? _everything.OfDirectory : _everything.OfFile;
        if (_exact.Count > 0 && _exactBySpan.TryGetValue(name, out (int OfFile, int OfDirectory) exact))
            last = Math.Max(last, isDirectory ? exact.OfDirectory : exact.OfFile);

        byte lastByte = name.IsEmpty ? (byte)0 : name[^1];
        foreach ((byte suffixLast, int index, IgnorePattern pattern) in _suffixes)
        {
            if (index < last)
                break;
            if (suffixLast == lastByte && (isDirectory || !pattern.DirectoryOnly) && name.EndsWith(pattern.Text))
            {
                last = index;
                break;
            }
        }

        foreach ((int index, IgnorePattern pattern) in _wild)
        {
            if (index < last)
                break;
            if ((isDirectory || !pattern.DirectoryOnly) && pattern.Program!.MatchesName(name))
            {
                last = index;
                break;
            }
        }

        return last;
    }
}
