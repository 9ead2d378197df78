using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Transfer;

namespace Sync.Engine.Tags;

/// <summary>
/// Makes a tag of one revision. Files go on being written meanwhile: what is no longer there as the revision has it is looked for in a newer
/// revision, in which most is kept already, so each round is shorter than the one before.
/// </summary>
/// <param name="files">The share's directory.</param>
/// <param name="store">Where contents go; a change of it has begun.</param>
/// <param name="source">What the share has.</param>
/// <param name="time">The clock.</param>
/// <param name="keptFree">Bytes to leave free, of a volume of so many.</param>
internal sealed class TagRounds(IFileSystem files, TagStore store, ITagSource source, TimeProvider time, Func<long, long> keptFree)
{
    /// <summary>After so many rounds the files that changed in the last one are told.</summary>
    public const int MaxRounds = 5;

    private const int BatchLength = 256;
    private const int ListedPaths = 10;

    /// <summary>Copies and hashes at a time: one waits for the disk while the other computes.</summary>
    private const int Workers = 2;

    /// <summary>The free space is looked at after so many bytes.</summary>
    private const long SpaceStep = 16L << 20;

    private long _untilSpace;

    /// <summary>Makes it.</summary>
    /// <exception cref="TagException">It could not be made: there is no such tag.</exception>
    public async Task<Tag> RunAsync(string name, IProgress<TagProgress>? progress, CancellationToken cancel)
    {
        var restless = new List<string>();
        for (var round = 1; round <= MaxRounds; round++)
        {
            await source.SettleAsync(cancel).ConfigureAwait(false);
            var snapshot = await source.CaptureAsync(cancel).ConfigureAwait(false);
            var missing = await FillAsync(snapshot, round, progress, cancel).ConfigureAwait(false);
            if (missing.Count == 0)
            {
                var tag = Describe(name, snapshot);
                store.Commit(tag, snapshot.Entries);
                return tag;
            }

            restless = Paths(snapshot, missing);
        }

        var shown = string.Join(", ", restless.Take(ListedPaths).Select(p => $"'{p}'"));
        var more = restless.Count > ListedPaths ? $" and {restless.Count - ListedPaths} more" : "";
        throw new TagException(
            TagFailure.Restless, $"no tag was made: in {MaxRounds} rounds {shown}{more} changed, or could not be read, before they were kept; stop what writes them, or leave them out with --ignore");
    }

    /// <summary>Keeps what is not kept yet.</summary>
    /// <returns>What could not be: it is there no longer as the snapshot has it.</returns>
    private async Task<HashSet<ContentId>> FillAsync(TagSnapshot snapshot, int round, IProgress<TagProgress>? progress, CancellationToken cancel)
    {
        var wanted = new Dictionary<ContentId, Entry>();
        foreach (var entry in snapshot.Entries)
            if (entry is { Kind: EntryKind.File, Size: > 0 } && !wanted.ContainsKey(entry.Content) && !store.HasOrTook(entry.Content)) wanted.Add(entry.Content, entry);
        var missing = new HashSet<ContentId>();
        long doneFiles = 0, doneBytes = 0;
        var ofBytes = wanted.Values.Sum(e => e.Size);
        progress?.Report(new TagProgress(round, 0, wanted.Count, 0, ofBytes));
        foreach (var batch in wanted.Values.Chunk(BatchLength))
        {
            var requests = Array.ConvertAll(batch, e => new ContentRequest(0, e.Id, e.Content, default, 0));
            var places = await source.LocateAsync(requests, cancel).ConfigureAwait(false);
            var options = new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancel };
            await Parallel.ForAsync(0, batch.Length, options, (i, stop) =>
            {
                var isKept = Keep(batch[i], places[i], stop);
                lock (missing)
                {
                    if (!isKept) missing.Add(batch[i].Content);
                    progress?.Report(new TagProgress(round, ++doneFiles, wanted.Count, doneBytes += batch[i].Size, ofBytes));
                }

                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }

        return missing;
    }

    private bool Keep(Entry entry, ContentPlace? place, CancellationToken cancel)
    {
        CheckSpace(entry.Size);
        if (source.Recent(entry.Content) is { } bytes && bytes.Length == entry.Size)
        {
            Check(store.Add(entry.Content, bytes), entry);
            return true;
        }

        if (place is not { } found || files.OpenRead(found.Path, out var file) != FsError.None) return false;
        using (file)
        {
            var error = store.Add(entry.Content, file!, entry.Size, out var isIt, cancel);
            // What cannot be read now may be readable in the next round; a disk that cannot be written is another matter.
            if (error is FsError.NoSpace or FsError.ReadOnly or FsError.Io) Check(error, entry);
            return isIt;
        }
    }

    private void CheckSpace(long length)
    {
        if (Interlocked.Add(ref _untilSpace, -length) > 0) return;
        Interlocked.Exchange(ref _untilSpace, SpaceStep);
        if (files.Space(out var free, out var total) == FsError.None && free < keptFree(total))
            throw new TagException(TagFailure.NoSpace, $"no tag was made: the share's disk has {free} bytes left, less than it is to keep free; make room, remove a tag, or lower --min-free");
    }

    private static void Check(FsError error, Entry entry)
    {
        if (error != FsError.None)
            throw new TagException(error == FsError.NoSpace ? TagFailure.NoSpace : TagFailure.Disk, $"no tag was made: '{entry.Name}' could not be kept: {error.InWords()}");
    }

    private Tag Describe(string name, TagSnapshot snapshot)
    {
        long files = 0, directories = 0, symlinks = 0, bytes = 0;
        foreach (var entry in snapshot.Entries)
        {
            if (entry.Kind == EntryKind.Directory) directories++;
            else if (entry.Kind == EntryKind.Symlink) symlinks++;
            else files++;
            bytes += entry.Size;
        }

        return new Tag(name, snapshot.Revision, snapshot.Epoch, time.GetUtcNow(), files, directories, symlinks, bytes);
    }

    private static List<string> Paths(TagSnapshot snapshot, HashSet<ContentId> contents)
    {
        var byId = snapshot.Entries.ToDictionary(e => e.Id);
        var paths = new List<string>();
        foreach (var entry in snapshot.Entries.Where(e => e.Kind == EntryKind.File && contents.Contains(e.Content)))
        {
            var path = entry.Name;
            for (var at = byId.GetValueOrDefault(entry.Parent); at is not null; at = byId.GetValueOrDefault(at.Parent)) path = at.Name + "/" + path;
            paths.Add(path);
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }
}
