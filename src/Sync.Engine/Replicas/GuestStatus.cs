using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Replicas;

/// <summary>A guest of a share, as the host sees it.</summary>
public sealed record GuestStatus(
    string Name, string Fingerprint, bool Connected, Revision Applied, long PendingEntries, long PendingBytes, IReadOnlyList<Problem> Problems);
