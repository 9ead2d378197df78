using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Transfer;
using Sync.Engine.Versions;

namespace Sync.Engine.Replicas;

// Where contents are.
internal sealed partial class Replica
{
    /// <inheritdoc/>
    public async ValueTask<ContentPlace?> LocateAsync(ContentId content, EntryId entry, CancellationToken cancel)
    {
        // A content that is being placed is for a moment neither in staging nor known at its place. One that has been overtaken is not waited for: of files that are saved again and
        // again each upload held up all others for 1.3 s.
        for (var attempt = 0; ; attempt++)
        {
            var (place, mayCome) = await Loop.CallAsync(() => Locate(content, entry) is { } found ? (found, false) : ((ContentPlace?)null, IsCurrent(entry, content)), cancel).ConfigureAwait(false);
            if (!mayCome || attempt == LocateAttempts) return place;
            await Task.Delay(LocatePause(attempt), _options.Time, cancel).ConfigureAwait(false);
        }
    }

    public async ValueTask<ContentPlace?[]> LocateAllAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancel)
    {
        // Together: one after the other, what has been overtaken held up all that was asked for after it (a minute, where fifty files were saved while the host was down).
        var places = new ContentPlace?[requests.Count];
        for (var attempt = 0; ; attempt++)
        {
            var mayCome = await Loop.CallAsync(() =>
            {
                var lacks = false;
                for (var i = 0; i < places.Length; i++)
                {
                    places[i] ??= Locate(requests[i].Content, requests[i].Entry);
                    lacks |= places[i] is null && IsCurrent(requests[i].Entry, requests[i].Content);
                }

                return lacks;
            }, cancel).ConfigureAwait(false);
            if (!mayCome || attempt == LocateAttempts) return places;
            await Task.Delay(LocatePause(attempt), _options.Time, cancel).ConfigureAwait(false);
        }
    }

    private bool IsCurrent(EntryId entry, ContentId content) => Trees.Find(entry) is { Remote: { Deleted: false } remote } && remote.Content == content;

    /// <summary>Looks for a content that may be on its way from staging to its place, beside the first.</summary>
    private const int LocateAttempts = 8;

    private static TimeSpan LocatePause(int attempt) => TimeSpan.FromMilliseconds(5 << attempt);

    private ContentPlace? Locate(ContentId content, EntryId entry)
    {
        if ((_staged.Find(content) ?? _context.LiveCopies.Find(content)) is { } path) return new ContentPlace(path, null) { MayBeConverted = !_isHost };
        var node = Trees.Find(entry);
        if (node?.Local?.Content != content) node = Trees.Contents.Find(content);
        if (node is not null) return new ContentPlace(Trees.LocalPath(node), node.Stamp) { MayBeConverted = node.IsConverted };
        return _versions.FindContent(content) is { Kind: EntryKind.File } version ? new ContentPlace(VersionStore.PathOf(version.Id), null) { MayBeConverted = !_isHost } : null;
    }
}
