using Sync.Delta;
using Sync.Engine.Link;

namespace Sync.Engine.Transfer;

/// <summary>How one transfer to this replica ended. Complete: <paramref name="Bytes"/> of a small content, or <paramref name="StagedPath"/>; verified either way.</summary>
internal sealed record ReceivedContent(long Id, ContentId Content, TransferStatus Status, string? StagedPath, byte[]? Bytes, string? Detail);
