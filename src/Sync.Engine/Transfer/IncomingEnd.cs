using Sync.Engine.Link;

namespace Sync.Engine.Transfer;

/// <summary>How a transfer to this replica ended, and why, for people.</summary>
internal sealed record IncomingEnd(TransferStatus Status, string? Detail);
