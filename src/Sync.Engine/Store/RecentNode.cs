using Sync.Engine.Files;
using Sync.Engine.Model;

namespace Sync.Engine.Store;

/// <summary>The states of an entry at one moment: what the index will say of it, and what it does not, because it is tentative.</summary>
/// <param name="Synced">See <see cref="Trees.Node.Synced"/>.</param>
/// <param name="Local">See <see cref="Trees.Node.Local"/>.</param>
/// <param name="Stamp">Of <paramref name="Local"/>.</param>
/// <param name="Remote">See <see cref="Trees.Node.Remote"/>.</param>
internal sealed record RecentNode(Entry? Synced, Entry? Local, FileStamp Stamp, Entry? Remote)
{
    /// <summary>See <see cref="Trees.Node.Applied"/>.</summary>
    public Entry? Applied { get; init; }

    /// <summary><see cref="Remote"/> is tentative: then <see cref="Committed"/> is what it was before.</summary>
    public bool IsTentative { get; init; }

    /// <summary>The same, with an edit of a file taken back that was seen and not agreed on: the first look finds it again, or what it was replaced by since.
    /// Proposed unseen, it could be bytes that nobody has any more.</summary>
    public RecentNode Agreed()
    {
        if (Local is not { Kind: Model.EntryKind.File } local || (Applied ?? Synced) is not { Deleted: false } known || known.Content == local.Content) return this;
        local = local with { Content = known.Content, Size = known.Size, MtimeNs = known.MtimeNs };
        return this with { Local = local, Stamp = new FileStamp(Stamp.FileKey, local.Size, local.MtimeNs, 0) };
    }

    /// <summary>The journal's last committed state, where the remote one is tentative.</summary>
    public Entry? Committed { get; init; }
}
