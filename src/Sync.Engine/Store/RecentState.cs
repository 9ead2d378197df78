using Sync.Engine.Model;

namespace Sync.Engine.Store;

/// <summary>What has happened since the index was saved.</summary>
internal sealed class RecentState
{
    /// <summary>The entries that have changed, by id; null: gone.</summary>
    public Dictionary<long, RecentNode?> Nodes { get; } = [];

    /// <summary>Proposed changes without an outcome, by the id they were proposed with and, of new entries, the path: two lives may give the same id.</summary>
    public Dictionary<(long Id, string Path), SentChange> Sent { get; } = [];

    /// <summary>Files that were being put in place, by path, as the journal had them: they may stand there.</summary>
    public Dictionary<string, Entry> Placing { get; } = new(StringComparer.Ordinal);

    /// <summary>Up to where the journal was followed, in which epoch; null: as the index says.</summary>
    public (Revision Cursor, ulong Epoch)? Followed { get; set; }
}
