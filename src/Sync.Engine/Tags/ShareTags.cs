using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;
using Sync.Engine.Store;
using Sync.Engine.Transfer;

namespace Sync.Engine.Tags;

/// <summary>The tags of one share: one change at a time, reads beside it.</summary>
/// <param name="files">The share's directory.</param>
/// <param name="source">What tags are made of.</param>
/// <param name="time">The clock.</param>
/// <param name="keptFree">Bytes to leave free, of a volume of so many.</param>
/// <param name="isOurs">Whether a revision of a journal's life is one of the share's journal of now.</param>
internal sealed class ShareTags(IFileSystem files, ITagSource source, TimeProvider time, Func<long, long> keptFree, Func<ulong, Revision, Task<bool>> isOurs)
    : IShareTags, ISnapshots, IAsyncDisposable
{
    private readonly TagStore _store = new(files);
    private readonly SemaphoreSlim _changing = new(1);
    private readonly CancellationTokenSource _stopping = new();

    public async Task<Tag> CreateAsync(string name, IProgress<TagProgress>? progress, CancellationToken cancel)
    {
        if (!TagName.IsValid(name)) throw new TagException(TagFailure.BadName, $"'{name}' is no name for a tag: {TagName.Rule}");
        return await ChangeAsync(async stop =>
        {
            if (_store.IsTaken(name)) throw new TagException(TagFailure.Exists, $"there is a tag '{name}' already; remove it, or choose another name");
            _store.Begin();
            try
            {
                return await new TagRounds(files, _store, source, time, keptFree).RunAsync(name, progress, stop).ConfigureAwait(false);
            }
            catch
            {
                _store.Sweep();
                throw;
            }
        }, cancel).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<Tag>> ListAsync(CancellationToken cancel) => Task.Run(_store.List, cancel);

    public Task<Tag> RemoveAsync(string name, CancellationToken cancel) => ChangeAsync(_ =>
    {
        var tag = Described(name);
        _store.Remove(name);
        return Task.FromResult(tag);
    }, cancel);

    public async ValueTask<Snapshot?> FindAsync(string at, CancellationToken cancel)
    {
        try
        {
            if (!TagName.TryParseRevision(at, out var revision)) return Held(at);
            foreach (var tag in await ListAsync(cancel).ConfigureAwait(false))
                if (tag.Epoch != 0 && tag.Revision == revision && await isOurs(tag.Epoch, revision).ConfigureAwait(false)) return Held(tag.Name);
            return null;
        }
        catch (StoreCorruptException)
        {
            throw new LinkException(LinkFailure.NoSuchShare, $"The record of tag '{at}' is damaged on the host: what it named is not known any more. Remove it there ('sync-host untag'), or take another.");
        }
        catch (TagException e)
        {
            throw new LinkException(LinkFailure.Unavailable, $"On the host {e.Message}.");
        }
    }

    /// <summary>Ends what is under way, and waits for it: the share's directory is still open then.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _changing.WaitAsync().ConfigureAwait(false);
        _changing.Dispose();
        _stopping.Dispose();
    }

    /// <exception cref="StoreCorruptException">Its record is damaged.</exception>
    private Snapshot? Held(string name) => _store.Read(name) is not { } known ? null : new Snapshot(known.Tag.Revision, known.Entries)
    {
        Tag = name,
        Kept = content => _store.Has(content) ? new ContentPlace(TagStore.PathOf(content), null) : null,
    };

    /// <summary>One that is damaged can be removed too.</summary>
    private Tag Described(string name)
    {
        try
        {
            if (_store.Read(name) is { } known) return known.Tag;
        }
        catch (StoreCorruptException)
        {
            // What it named is not known any more.
        }

        return TagStore.Damaged(name);
    }

    private async Task<T> ChangeAsync<T>(Func<CancellationToken, Task<T>> change, CancellationToken cancel)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping.Token);
        await _changing.WaitAsync(both.Token).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => change(both.Token), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }
}
