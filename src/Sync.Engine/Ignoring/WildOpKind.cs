namespace Sync.Engine.Ignoring;

/// <summary>What one step of a <see cref="WildProgram"/> takes from the text.</summary>
internal enum WildOpKind : byte
{
    /// <summary>Exactly one given byte.</summary>
    Byte,

    /// <summary>Any one byte but '/'.</summary>
    One,

    /// <summary>One byte of a set.</summary>
    Set,

    /// <summary>Any number of bytes but '/'.</summary>
    Star,

    /// <summary>Any number of bytes.</summary>
    DeepStar,

    /// <summary>Stands before a <see cref="DeepStar"/> and a '/': both may be left out ("a/**/b" matches "a/b").</summary>
    SkipTwo,
}
