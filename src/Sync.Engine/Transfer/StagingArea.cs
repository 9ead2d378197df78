using System.Globalization;
using Sync.Delta;
using Sync.Engine.Files;

namespace Sync.Engine.Transfer;

/// <summary>
/// The names of contents under way and complete in a replica's staging, and who writes which: two guests may send the same content at once, and a
/// link's successor may begin while its predecessor still ends. One for each share's root, whatever the number of receivers. Safe from any thread.
/// </summary>
internal sealed class StagingArea(IFileSystem files)
{
    private const string PartialPrefix = "p-";

    // Never resumed: a second writer's part of a content that the first is still writing.
    private const string ExtraPrefix = "p+";

    private readonly HashSet<ContentId> _writing = [];
    private long _extra;

    /// <summary>Where a verified content stands.</summary>
    public static string CompletePath(ContentId content) => $"{PrivateDirectory.Staging}/c-{content}";

    /// <summary>Where the part of a content that has arrived stands.</summary>
    public static string PartialPath(ContentId content) => $"{PrivateDirectory.Staging}/{PartialPrefix}{content}";

    /// <summary>Somebody is writing this content.</summary>
    public bool IsArriving(ContentId content)
    {
        lock (_writing) return _writing.Contains(content);
    }

    /// <summary>How many bytes of a content an interrupted transfer left here; 0 also while another writes them.</summary>
    public long PartialLength(ContentId content)
    {
        lock (_writing)
            if (_writing.Contains(content)) return 0;
        return files.Stat(PartialPath(content), out var stat) == FsError.None ? stat.Stamp.Size : 0;
    }

    /// <summary>Opens the part of a content for its only writer. While another has it, a part of the caller's own.</summary>
    /// <param name="content">Names it.</param>
    /// <param name="length">Of all of the content: a long one is written behind, past the page cache.</param>
    /// <param name="part">What is there of it, perhaps nothing.</param>
    public FsError Open(ContentId content, long length, out StagedPart? part)
    {
        return Open(content, length, TryTake(content), out part);
    }

    /// <summary>Makes the caller the only writer of a content, unless somebody is; to be given back.</summary>
    internal bool TryTake(ContentId content)
    {
        lock (_writing) return _writing.Add(content);
    }

    /// <summary>Opens a part of the caller's own, for a content of which only the front is known: it is not resumed.</summary>
    /// <param name="front">Names that.</param>
    /// <param name="length">Of all of the content.</param>
    /// <param name="part">Nothing is there of it.</param>
    public FsError OpenGrowing(ContentId front, long length, out StagedPart? part) => Open(front, length, alone: false, out part);

    private FsError Open(ContentId content, long length, bool alone, out StagedPart? part)
    {
        var path = alone
            ? PartialPath(content)
            : string.Create(CultureInfo.InvariantCulture, $"{PrivateDirectory.Staging}/{ExtraPrefix}{content}.{Interlocked.Increment(ref _extra)}");
        var error = OpenOrCreate(path, out var file);
        if (file is not null && length >= WriteBehindFile.WorthwhileLength) file = new WriteBehindFile(file);
        part = error == FsError.None ? new StagedPart(this, files, content, path, file!, alone) : null;
        if (error != FsError.None && alone) Release(content);
        return error;
    }

    /// <summary>Removes what interrupted transfers left, but for parts of contents still wanted. For the start, before the first receiver.</summary>
    /// <param name="isWanted">Asked for each.</param>
    /// <param name="recentNs">Parts written to since then (ns since 1970 UTC) are kept too: an upload may go on.</param>
    public FsError SweepParts(Func<ContentId, bool> isWanted, long recentNs = long.MaxValue)
    {
        var items = new List<DirectoryItem>();
        var error = files.List(PrivateDirectory.Staging, items);
        if (error == FsError.NotFound) return FsError.None;
        foreach (var item in items)
        {
            if (item.Name is null) continue;
            var unwanted = item.Name.StartsWith(ExtraPrefix, StringComparison.Ordinal)
                || (item.Name.StartsWith(PartialPrefix, StringComparison.Ordinal)
                    && !(ContentId.TryParse(item.Name[PartialPrefix.Length..], out var content) && (isWanted(content) || IsRecent(item.Name))));
            if (unwanted && files.RemoveFile($"{PrivateDirectory.Staging}/{item.Name}") is var failed and not (FsError.None or FsError.NotFound)) error = failed;
        }

        return error;

        bool IsRecent(string name) => files.Stat($"{PrivateDirectory.Staging}/{name}", out var stat) == FsError.None && stat.Stamp.MtimeNs >= recentNs;
    }

    internal void Release(ContentId content)
    {
        lock (_writing) _writing.Remove(content);
    }

    private FsError OpenOrCreate(string path, out IWritableFile? file)
    {
        var error = files.OpenWrite(path, out file);
        if (error != FsError.NotFound) return error;
        error = files.Create(path, out file);
        if (error != FsError.NotFound) return error;

        // The staging directory itself is missing: someone may have cleaned up.
        error = files.MakeDirectory(PrivateDirectory.Name, PrivateDirectory.Mode);
        if (error is FsError.None or FsError.Exists) error = files.MakeDirectory(PrivateDirectory.Staging, PrivateDirectory.Mode);
        return error is FsError.None or FsError.Exists ? files.Create(path, out file) : error;
    }
}
