using Sync.Engine.Model;

namespace Sync.Engine.Files;

/// <summary>One <c>lstat</c>. <paramref name="Blocks"/> counts 512-byte units; <paramref name="Owner"/> is uid in the high half, gid in the low.
/// <paramref name="MountId"/> tells file systems and bind mounts apart.</summary>
public readonly record struct FileStat(
    EntryKind Kind, uint Mode, FileStamp Stamp, ulong MountId, ulong Owner, uint Links, long Blocks);
