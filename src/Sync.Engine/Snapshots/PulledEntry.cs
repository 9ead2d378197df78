using Sync.Delta;
using Sync.Engine.Model;

namespace Sync.Engine.Snapshots;

/// <summary>One entry of a <see cref="PulledTree"/>.</summary>
/// <param name="Parent">The number of its directory; -1: the root.</param>
/// <param name="Name">One path component.</param>
/// <param name="Kind">Directory, file or symlink.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Size">Bytes; 0 but for files.</param>
/// <param name="MtimeNs">Nanoseconds since 1970 UTC.</param>
/// <param name="Content">Of a file; none otherwise.</param>
/// <param name="LinkTarget">Of a symlink; null otherwise.</param>
/// <param name="Owner">User and group, where ownership is synced.</param>
/// <param name="PathLength">Bytes of its path from the root.</param>
public readonly record struct PulledEntry(
    int Parent, string Name, EntryKind Kind, uint Mode, long Size, long MtimeNs, ContentId Content, string? LinkTarget, ulong? Owner, int PathLength);
