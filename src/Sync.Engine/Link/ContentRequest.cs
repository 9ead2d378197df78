using Sync.Delta;
using Sync.Engine.Model;

namespace Sync.Engine.Link;

/// <summary>Asks for the bytes of one content id. <paramref name="Basis"/> is content the asker has whole (none: nothing);
/// <paramref name="Offset"/> bytes at the front are already there. Ids are the asker's, unique on the stream.</summary>
public sealed record ContentRequest(long Id, EntryId Entry, ContentId Content, ContentId Basis, long Offset)
{
    /// <summary>The asker takes <see cref="ContentFrame.Delta"/> against the basis.</summary>
    public bool TakesDeltas { get; init; }

    /// <summary>What is asked for is the content that the host reads under this token (<see cref="HostMessage.Growing"/>), whatever it becomes; 0: the one named.</summary>
    public long Growing { get; init; }

    /// <summary>Of the small content that the asker has in this one's place: it takes <see cref="ContentFrame.Patched"/> against it.</summary>
    public PatchSums? Sums { get; init; }
}
