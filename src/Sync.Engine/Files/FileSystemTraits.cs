using Sync.Engine.Names;

namespace Sync.Engine.Files;

/// <summary>What the file system under a share can do, probed once when it is opened.</summary>
public sealed record FileSystemTraits
{
    /// <summary>Its name, such as "ext4" or "tmpfs".</summary>
    public required string Name { get; init; }

    /// <summary>Identity of the mounted file system: a replica halts when it changes under it.</summary>
    public required ulong Device { get; init; }

    /// <summary>Two names can be exchanged atomically, and a rename can refuse to replace.</summary>
    public required bool CanExchange { get; init; }

    /// <summary>"A" and "a" are the same name.</summary>
    public required bool FoldsCase { get; init; }

    /// <summary>Letters composed and decomposed (NFC, NFD) are the same name.</summary>
    public bool FoldsForms { get; init; }

    /// <summary>Names may be found under other spellings than their own.</summary>
    public bool FoldsNames => FoldsCase || FoldsForms;

    /// <summary>What names it can hold.</summary>
    public NameRules Names { get; init; } = NameRules.Unix;

    /// <summary>Symbolic links can be made.</summary>
    public required bool HasSymlinks { get; init; }

    /// <summary>Permission bits are kept.</summary>
    public required bool HasModes { get; init; }

    /// <summary>The mtime of a symbolic link itself can be set.</summary>
    public required bool HasLinkTimes { get; init; }

    /// <summary>The mtime of a file can be set: where it cannot, it is not compared.</summary>
    public bool HasTimes { get; init; } = true;

    /// <summary>The step of stored times, in nanoseconds.</summary>
    public required long MtimeGrainNs { get; init; }

    /// <summary>So long after a write another one may leave a file's stamp as it is, in nanoseconds: the coarsest tick of a kernel is 10 ms, where the file system is not coarser itself.</summary>
    public long BlindNs => 4 * Math.Max(MtimeGrainNs, 10_000_000);

    /// <summary>Kernel events do not tell of all changes (network file systems): poll.</summary>
    public required bool NeedsPolling { get; init; }
}
