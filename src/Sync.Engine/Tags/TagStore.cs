using System.Globalization;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Store;

namespace Sync.Engine.Tags;

/// <summary>
/// Tags and what they keep, under <c>.sync/tags</c>: a record <c>NAME.tag</c> for each, and their contents, by content id, in <c>contents</c>,
/// each once however many tags have it. A content is written under <c>new</c>, and gets its place only when it is durable; a record is written
/// when all its contents have theirs. So what is there is whole, whenever the machine stops; what no record names is removed by the next change.
/// Reads are safe from any thread; one change at a time.
/// </summary>
internal sealed class TagStore(IFileSystem files)
{
    /// <summary>Where it is.</summary>
    public const string DirectoryPath = PrivateDirectory.Name + "/tags";

    private const string Contents = DirectoryPath + "/contents";
    private const string Fresh = DirectoryPath + "/new";
    private const string Suffix = ".tag";

    /// <summary>Up to so many files are synced by name, more by the whole file system.</summary>
    private const int FewFiles = 16;

    private readonly HashSet<ContentId> _fresh = [];
    private long _next;

    /// <summary>Where the content of a tag stands.</summary>
    public static string PathOf(ContentId content) => $"{Contents}/{content}";

    /// <summary>A tag of which no more than its name is known.</summary>
    public static Tag Damaged(string name) => new(name, Revision.Zero, 0, DateTimeOffset.UnixEpoch, 0, 0, 0, 0);

    /// <summary>Whether a content has its place here.</summary>
    public bool Has(ContentId content) => files.Stat(PathOf(content), out _) == FsError.None;

    /// <summary>All tags, by name.</summary>
    /// <exception cref="TagException">The disk could not be read.</exception>
    public IReadOnlyList<Tag> List()
    {
        var tags = new List<Tag>();
        foreach (var name in Names())
        {
            try
            {
                if (Read(name) is { } known) tags.Add(known.Tag);
            }
            catch (StoreCorruptException)
            {
                // Listed, so that it can be removed; what it named is not known.
                tags.Add(Damaged(name));
            }
        }

        return tags;
    }

    /// <summary>A tag with its entries; null if there is none of that name.</summary>
    /// <exception cref="StoreCorruptException">Its record is damaged.</exception>
    /// <exception cref="TagException">The disk could not be read.</exception>
    public (Tag Tag, IReadOnlyList<Entry> Entries)? Read(string name)
    {
        if (!TagName.IsValid(name)) return null;
        var error = files.OpenRead(RecordOf(name), out var file);
        if (error is FsError.NotFound or FsError.NotDirectory) return null;
        Check(error, $"tag '{name}' could not be read");
        using (file)
        {
            Check(TagFile.Read(file!, out var tag, out var entries), $"tag '{name}' could not be read");
            // The name of the file counts: a record may have been copied by hand.
            return (tag! with { Name = name }, entries);
        }
    }

    /// <summary>Whether a name is taken.</summary>
    public bool IsTaken(string name) => files.Stat(RecordOf(name), out _) == FsError.None;

    /// <summary>Begins a change: makes the directories, and removes what a stop left half done.</summary>
    public void Begin()
    {
        foreach (var path in (string[])[PrivateDirectory.Name, DirectoryPath, Contents, Fresh])
        {
            if (files.MakeDirectory(path, PrivateDirectory.Mode) is var error and not (FsError.None or FsError.Exists))
                throw Trouble(error, $"'{path}' could not be made");
        }

        _fresh.Clear();
        Sweep();
    }

    /// <summary>Takes bytes in hand.</summary>
    public FsError Add(ContentId content, ReadOnlySpan<byte> bytes)
    {
        var path = NewPath();
        var error = files.Create(path, out var file);
        if (error != FsError.None) return error;
        using (file) error = file!.Write(0, bytes);
        return error == FsError.None ? Place(path, content) : Drop(path, error);
    }

    /// <summary>Takes a content from a file, by reflink where the file system can. It is the copy that counts: what is read of it must be the content.</summary>
    /// <returns><paramref name="isIt"/> false with no error: the file holds something else by now.</returns>
    public FsError Add(ContentId content, IReadableFile source, long length, out bool isIt, CancellationToken cancel)
    {
        isIt = false;
        var path = NewPath();
        var error = files.Create(path, out var file);
        if (error != FsError.None) return error;
        using (file)
        {
            error = file!.CopyFrom(source, 0, 0, length);
            if (error == FsError.None) file.BeginWriteBack();
        }

        // It has shrunk.
        if (error == FsError.Invalid) return Drop(path, FsError.None);
        if (error != FsError.None) return Drop(path, error);
        var reading = FileReading.Of(files, path, cancel);
        if (reading.Error != FsError.None) return Drop(path, reading.Error);
        if (reading.Manifest?.Id != content) return Drop(path, FsError.None);
        isIt = true;
        return Place(path, content);
    }

    /// <summary>Whether a content is here, or was taken since <see cref="Begin"/>.</summary>
    public bool HasOrTook(ContentId content)
    {
        lock (_fresh)
            if (_fresh.Contains(content)) return true;
        return Has(content);
    }

    /// <summary>Makes what was taken durable, then the tag visible.</summary>
    /// <exception cref="TagException">The name is taken, or the disk could not be written: there is no such tag.</exception>
    public void Commit(Tag tag, IReadOnlyList<Entry> entries)
    {
        const string what = "what the tag keeps could not be written";
        Check(SyncFresh(), what);
        foreach (var content in _fresh) Check(files.Rename($"{Fresh}/{content}", PathOf(content), RenameMode.Replace), what);
        Check(files.Sync(Contents), what);
        var path = NewPath();
        Check(files.Create(path, out var file), what);
        using (file)
        {
            var error = TagFile.Write(file!, tag, entries);
            if (error == FsError.None) error = file!.Sync();
            if (error != FsError.None) throw Trouble(Drop(path, error), what);
        }

        var placed = files.Rename(path, RecordOf(tag.Name), RenameMode.NoReplace);
        if (placed == FsError.Exists) throw new TagException(TagFailure.Exists, $"there is a tag '{tag.Name}' already; remove it, or choose another name");
        Check(placed, what);
        Check(files.Sync(DirectoryPath), what);
        _fresh.Clear();
    }

    /// <summary>Removes a tag, and what no other tag keeps.</summary>
    /// <exception cref="TagException">There is none, or the disk could not be written.</exception>
    public void Remove(string name)
    {
        var error = TagName.IsValid(name) ? files.RemoveFile(RecordOf(name)) : FsError.NotFound;
        if (error is FsError.NotFound or FsError.NotDirectory) throw new TagException(TagFailure.Unknown, $"there is no tag '{name}'; see 'sync-host tag list'");
        Check(error, $"tag '{name}' could not be removed");
        Check(files.Sync(DirectoryPath), $"tag '{name}' could not be removed");
        Sweep();
    }

    /// <summary>Removes what no tag keeps. Where a record cannot be read nothing is removed: who knows what it keeps.</summary>
    public void Sweep()
    {
        RemoveAll(Fresh, _ => true);
        var kept = new HashSet<ContentId>();
        try
        {
            foreach (var name in Names())
            {
                foreach (var entry in Read(name)?.Entries ?? [])
                    if (entry.Kind == EntryKind.File) kept.Add(entry.Content);
            }
        }
        catch (StoreCorruptException)
        {
            return;
        }

        RemoveAll(Contents, name => !ContentId.TryParse(name, out var content) || !kept.Contains(content));
    }

    private static string RecordOf(string name) => $"{DirectoryPath}/{name}{Suffix}";

    private static void Check(FsError error, string what)
    {
        if (error != FsError.None) throw Trouble(error, what);
    }

    private static TagException Trouble(FsError error, string what) => new(
        error == FsError.NoSpace ? TagFailure.NoSpace : TagFailure.Disk, $"{what}: {error.InWords()}");

    private List<string> Names()
    {
        var items = new List<DirectoryItem>();
        var error = files.List(DirectoryPath, items);
        if (error is FsError.NotFound) return [];
        Check(error, "the tags could not be read");
        return [.. items.Where(i => i.Name is { } name && name.EndsWith(Suffix, StringComparison.Ordinal) && TagName.IsValid(name[..^Suffix.Length]))
            .Select(i => i.Name![..^Suffix.Length]).Order(StringComparer.Ordinal)];
    }

    private void RemoveAll(string directory, Func<string, bool> isUnwanted)
    {
        var items = new List<DirectoryItem>();
        if (files.List(directory, items) != FsError.None) return;
        foreach (var item in items)
        {
            // What cannot be removed now is tried again by the next change.
            if (item.Name is { } name && isUnwanted(name)) _ = files.RemoveFile($"{directory}/{name}");
        }
    }

    private string NewPath() => string.Create(CultureInfo.InvariantCulture, $"{Fresh}/n-{Interlocked.Increment(ref _next)}");

    private FsError Place(string path, ContentId content)
    {
        var error = files.Rename(path, $"{Fresh}/{content}", RenameMode.Replace);
        if (error != FsError.None) return Drop(path, error);
        lock (_fresh) _fresh.Add(content);
        return FsError.None;
    }

    private FsError Drop(string path, FsError error)
    {
        _ = files.RemoveFile(path);
        return error;
    }

    private FsError SyncFresh()
    {
        if (_fresh.Count > FewFiles) return files.SyncAll();
        foreach (var content in _fresh)
        {
            var error = files.Sync($"{Fresh}/{content}");
            if (error != FsError.None) return error;
        }

        return FsError.None;
    }
}
