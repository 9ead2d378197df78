namespace Sync.Bench.Compare;

/// <summary>What is done and timed. The names, in small letters, are those of <c>--only</c>.</summary>
internal enum Work
{
    /// <summary>First sync of a source tree.</summary>
    First,

    /// <summary>Nothing has changed since the last time.</summary>
    Unchanged,

    /// <summary>One file of 2 KB is saved.</summary>
    Save,

    /// <summary>A thousand small files are made.</summary>
    Burst,

    /// <summary>The tree is replaced by another version of it.</summary>
    Replaced,

    /// <summary>A tar of one version is replaced by the next version's.</summary>
    Tar,

    /// <summary>64 pages inside a large file are rewritten.</summary>
    Pages,

    /// <summary>17 bytes come in at the front of a large file.</summary>
    Insert,

    /// <summary>1 MiB is added to a large file.</summary>
    Append,

    /// <summary>First copy of a large file of random bytes.</summary>
    Random,

    /// <summary>Links slower than the compressor.</summary>
    Slow,
}
