using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Transfer;

/// <summary>Knows where contents are on this replica.</summary>
internal interface IContentLocator
{
    /// <summary>Where a content can be read now; null if nowhere. The entry is a hint.</summary>
    ValueTask<ContentPlace?> LocateAsync(ContentId content, EntryId entry, CancellationToken cancel);

    /// <summary>The same for several at once, in their order.</summary>
    ValueTask<ContentPlace?[]> LocateAllAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancel);
}
