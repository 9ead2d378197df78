namespace Sync.Client;

/// <summary>How far a job is on one replica.</summary>
/// <param name="Guest">The guest's name; null for the host itself.</param>
/// <param name="Outcome">waiting, complete, problems, offline, timed-out, halted, paused, refused or cancelled.</param>
/// <param name="Reason">For people; null if there is nothing to say.</param>
/// <param name="Problems">Paths that are not in sync, and why.</param>
public sealed record SyncJobOutcome(string? Guest, string Outcome, string? Reason, IReadOnlyList<KeyValuePair<string, string>> Problems);
