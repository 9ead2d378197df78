using Sync.Engine.Model;

namespace Sync.Engine.Publishing;

/// <summary>One path that a push changes.</summary>
/// <param name="Action">How.</param>
/// <param name="Path">In the share, '/' between names.</param>
/// <param name="Kind">What it is, or was.</param>
/// <param name="Size">Bytes of a file.</param>
public sealed record PublishItem(PublishAction Action, string Path, EntryKind Kind, long Size);
