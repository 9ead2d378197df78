namespace Sync.Engine.Files.Linux;

/// <summary>How bytes are brought to the device before a rename.</summary>
internal enum WriteBackKind
{
    /// <summary><c>fdatasync</c>: right everywhere, dearest.</summary>
    DataSync,

    /// <summary><c>sync_file_range</c>, waiting: enough on ext4, whose journal orders the rename after the file's size; spares the journal commit.</summary>
    Range,

    /// <summary>Memory only: nothing survives anyway.</summary>
    None,
}
