using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Store;

namespace Sync.Engine.Transfer;

internal sealed class ContentSender(IFileSystem files, ManifestStore manifests, SmallContents small, IContentLocator locator)
{
    public IAsyncEnumerable<ContentFrame> Serve(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) => throw new NotSupportedException($"{files}{manifests}{small}{locator}{requests}");
    public IAsyncEnumerable<ContentFrame> Send(long id, EntryId entry, ContentId content, ContentId basis, long offset, CancellationToken cancel) => throw new NotSupportedException();
}
internal sealed record ReceivedContent(long Id, ContentId Content, TransferStatus Status, string? StagedPath, byte[]? Bytes, string? Detail);
internal sealed class ContentReceiver(IFileSystem files, ManifestStore manifests, SmallContents small, IContentLocator locator, long maxLength) : IDisposable
{
    public long ResumeOffset(ContentId content) => 0;
    public ValueTask<ReceivedContent?> TakeAsync(ContentFrame frame, CancellationToken cancel) => throw new NotSupportedException($"{files}{manifests}{small}{locator}{maxLength}");
    public void Dispose() { }
}
