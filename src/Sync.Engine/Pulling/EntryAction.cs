namespace Sync.Engine.Pulling;

/// <summary>How an entry comes into the new tree.</summary>
internal enum EntryAction : byte
{
    /// <summary>It has to be asked for (files), or is made (directories, symlinks, empty files).</summary>
    Make = 0,

    /// <summary>The file that stands at its path is given a second name.</summary>
    Link,

    /// <summary>Another file on disk has its bytes: they are copied, and checked.</summary>
    Copy,
}
