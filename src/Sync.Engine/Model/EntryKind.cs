namespace Sync.Engine.Model;

/// <summary>What an entry is. Values are stored and sent: never renumber.</summary>
public enum EntryKind : byte
{
    /// <summary>A directory.</summary>
    Directory = 1,

    /// <summary>A regular file.</summary>
    File = 2,

    /// <summary>A symbolic link, kept as a link.</summary>
    Symlink = 3,

    /// <summary>FIFO, socket, device: listed, never synced. Only ever observed, never in a tree.</summary>
    Special = 4,
}
