namespace Sync.Engine.Publishing;

/// <summary>What a push proposes, in the order in which it is decided.</summary>
/// <param name="InTheWay">Deletions of what stands where something of another kind comes, what is in a directory before it.</param>
/// <param name="Steps">What comes and what changes, directories before what is in them.</param>
/// <param name="Extra">Deletions of what the directory does not have, what is in a directory before it. Last: what only changed its name is found while it is still there.</param>
/// <param name="Unchanged">Entries that are the same already.</param>
/// <param name="Remote">Entries that the directory in the share has now.</param>
internal sealed record PublishPlan(
    IReadOnlyList<PublishStep> InTheWay, IReadOnlyList<PublishStep> Steps, IReadOnlyList<PublishStep> Extra, long Unchanged, long Remote)
{
    /// <summary>All that is deleted.</summary>
    public int Deletions => InTheWay.Count + Extra.Count;

    /// <summary>All of it.</summary>
    public IEnumerable<PublishStep> All => InTheWay.Concat(Steps).Concat(Extra);
}
