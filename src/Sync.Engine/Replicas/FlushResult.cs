using Sync.Engine.Link;

namespace Sync.Engine.Replicas;

/// <summary>How a flush ended.</summary>
public sealed record FlushResult(FlushOutcome Outcome, string? Reason, IReadOnlyList<Problem> Problems, TimeSpan Took);
