namespace Sync.Engine.Link;

/// <summary>Changes proposed together, parents before children, deletes of children before those of parents.
/// <paramref name="Id"/> is unique within the session and random at its start.</summary>
public sealed record Proposal(long Id, IReadOnlyList<Change> Changes);
