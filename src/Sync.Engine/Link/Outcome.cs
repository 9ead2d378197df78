using Sync.Engine.Model;

namespace Sync.Engine.Link;

/// <summary>
/// What became of one change, sent once the decision is durable. In every case the host has dealt with the proposed state, so the proposer
/// makes it the merge base of the facets proposed and follows the journal from there.
/// </summary>
/// <param name="ProposedId">The id in the change.</param>
/// <param name="Id">The entry's id in the journal (bound to an existing entry, or newly given); none if <see cref="Verdict.Retry"/>.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Revision">Where the journal stood when it was decided: the base of what the proposer does next to an accepted state.</param>
/// <param name="Entry">The new entry's state, which its proposer is told here and not among the others' changes, so that it never takes it for
/// somebody else's; null where the proposer knows the entry already.</param>
/// <param name="Detail">For people: why it was refused; null otherwise.</param>
public sealed record Outcome(EntryId ProposedId, EntryId Id, Verdict Verdict, Revision Revision, string? Detail = null, Entry? Entry = null);
