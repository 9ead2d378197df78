using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Transfer;

namespace Sync.Engine.Publishing;

/// <summary>Where the contents of the directory that is pushed are. Whether they still are is seen when they are read.</summary>
internal sealed class PublishedContents : IContentLocator
{
    private readonly Dictionary<ContentId, string> _paths = [];

    public void Add(PublishedEntry file)
    {
        lock (_paths) _paths[file.Content] = file.Path;
    }

    public ValueTask<ContentPlace?> LocateAsync(ContentId content, EntryId entry, CancellationToken cancel) => ValueTask.FromResult(Find(content));

    public ValueTask<ContentPlace?[]> LocateAllAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancel) =>
        ValueTask.FromResult<ContentPlace?[]>([.. requests.Select(r => Find(r.Content))]);

    private ContentPlace? Find(ContentId content)
    {
        lock (_paths) return _paths.TryGetValue(content, out var path) ? new ContentPlace(path, null) : null;
    }
}
