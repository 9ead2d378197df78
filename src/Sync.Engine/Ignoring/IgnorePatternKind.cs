namespace Sync.Engine.Ignoring;

/// <summary>How a pattern is matched.</summary>
internal enum IgnorePatternKind : byte
{
    /// <summary>It can match nothing.</summary>
    Never,

    /// <summary>One name, exactly.</summary>
    Name,

    /// <summary>"*" and then the end of a name, exactly.</summary>
    Suffix,

    /// <summary>A name, with wildcards.</summary>
    WildName,

    /// <summary>A path below the file's directory.</summary>
    Path,
}
