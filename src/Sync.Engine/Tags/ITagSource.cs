using Sync.Engine.Link;
using Sync.Engine.Transfer;

namespace Sync.Engine.Tags;

/// <summary>What tags are made of.</summary>
internal interface ITagSource
{
    /// <summary>Returns when what is on the disk now is in the journal, durably, and the other way round; at once where the share is paused.</summary>
    /// <exception cref="TagException">Halted.</exception>
    Task SettleAsync(CancellationToken cancel);

    /// <summary>The share at a revision that is committed when this returns.</summary>
    Task<TagSnapshot> CaptureAsync(CancellationToken cancel);

    /// <summary>Where contents can be read now, in their order; null if nowhere.</summary>
    ValueTask<ContentPlace?[]> LocateAsync(IReadOnlyList<ContentRequest> contents, CancellationToken cancel);

    /// <summary>Bytes of a small content that are at hand; null if they are not.</summary>
    byte[]? Recent(Sync.Delta.ContentId content);
}
