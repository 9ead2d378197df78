using Sync.Engine.Snapshots;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Pulling;

/// <summary>One message of a pull as it came: contents in a pooled buffer, or anything else.</summary>
internal sealed record PulledMessage(PullFrame? Frame, PullPiece? Piece);
