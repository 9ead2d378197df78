namespace Sync.Host.Config;

/// <summary>What a guest may do with one share; null where the share's own setting holds.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="ReadOnly">It may only read.</param>
/// <param name="Direction">In the command line's words.</param>
/// <param name="Conflicts">In the command line's words.</param>
/// <param name="Linger">How long the right outlives the guest's last session; null: it lasts.</param>
/// <param name="Visits">It has only ever pulled and pushed: no agent of it follows the share, so nobody waits for one.</param>
internal sealed record RightRecord(string Share, bool ReadOnly, string? Direction = null, string? Conflicts = null, TimeSpan? Linger = null, bool Visits = false)
{
    /// <summary>It ends when the guest goes.</summary>
    public bool IsEphemeral => Linger is not null;
}
