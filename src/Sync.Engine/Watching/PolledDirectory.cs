using Sync.Engine.Files;
using Sync.Engine.Model;

namespace Sync.Engine.Watching;

/// <summary>One directory's last listing, and how the next one differs.</summary>
internal sealed class PolledDirectory
{
    private readonly ulong _fileKey;
    private readonly List<DirectoryItem> _items = [];
    private Dictionary<string, DirectoryItem> _seen = new(StringComparer.Ordinal);

    /// <summary>When its names last changed, as of the last look.</summary>
    private long _changedNs;

    private PolledDirectory(string path, object tag, FileStamp stamp)
    {
        Path = path;
        _fileKey = stamp.FileKey;
        _changedNs = stamp.MtimeNs;
        Tag = tag;
    }

    public object Tag { get; }

    public string Path { get; }

    /// <summary>Takes the first listing: what changes from now on is told.</summary>
    public static FsError Open(IFileSystem fs, string path, object tag, out PolledDirectory? directory)
    {
        directory = null;
        var error = fs.Stat(path, out var stat);
        if (error != FsError.None)
            return error;
        if (stat.Kind != EntryKind.Directory)
            return FsError.NotDirectory;
        var opened = new PolledDirectory(path, tag, stat.Stamp);
        error = fs.List(path, opened._items);
        if (error != FsError.None)
            return error;
        foreach (var item in opened._items)
            opened._seen[item.Display] = item;
        directory = opened;
        return FsError.None;
    }

    /// <summary>Lists again and appends what is new; true if the directory has ended. A listing that fails tells nothing: a read error is no delete.</summary>
    public bool Look(IFileSystem fs, List<WatchEvent> events)
    {
        var error = fs.Stat(Path, out var self);
        if (error is FsError.NotFound or FsError.NotDirectory or FsError.Escapes
            || (error == FsError.None && (self.Kind != EntryKind.Directory || self.Stamp.FileKey != _fileKey)))
        {
            events.Add(new WatchEvent(Tag, null, WatchChange.Ended, 0));
            return true;
        }

        _items.Clear();
        if (error != FsError.None || fs.List(Path, _items) != FsError.None)
            return false;
        var now = new Dictionary<string, DirectoryItem>(_items.Count, StringComparer.Ordinal);
        foreach (var item in _items)
        {
            var known = _seen.Remove(item.Display, out var before);
            if (item.Error == FsError.NotFound)
            {
                // Gone between the listing and the look at it.
                if (known)
                    events.Add(new WatchEvent(Tag, item.Name, WatchChange.Removed, 0));
                continue;
            }

            if (item.Error != FsError.None)
            {
                if (known)
                    now[item.Display] = before;
                continue;
            }

            now[item.Display] = item;
            Compare(item, known, before.Stat, events);
        }

        foreach (var gone in _seen.Values)
            events.Add(new WatchEvent(Tag, gone.Name, WatchChange.Removed, 0));
        _seen = now;
        // A name that has come and gone since the last look is in neither listing: what this agent put there itself, and a user has deleted, it still has in its tree.
        if (self.Stamp.MtimeNs != _changedNs)
            events.Add(new WatchEvent(Tag, null, WatchChange.Attributes, 0));
        _changedNs = self.Stamp.MtimeNs;
        return false;
    }

    private void Compare(in DirectoryItem item, bool known, in FileStat before, List<WatchEvent> events)
    {
        if (known && before == item.Stat)
            return;
        var stamp = item.Stat.Stamp;
        if (!known || before.Kind != item.Stat.Kind || before.Stamp.FileKey != stamp.FileKey)
        {
            if (known)
                events.Add(new WatchEvent(Tag, item.Name, WatchChange.Removed, 0));
            events.Add(new WatchEvent(Tag, item.Name, WatchChange.Created, 0));
        }
        else if (item.Stat.Kind == EntryKind.Directory)
        {
            // Its own names changed: that is for whoever watches it to say.
            if (before.Mode == item.Stat.Mode && before.Owner == item.Stat.Owner)
                return;
            events.Add(new WatchEvent(Tag, item.Name, WatchChange.Attributes, 0));
        }
        else if (before.Stamp.Size != stamp.Size || before.Stamp.MtimeNs != stamp.MtimeNs)
        {
            // Whether its writer is done cannot be seen, so the quiet period decides.
            events.Add(new WatchEvent(Tag, item.Name, WatchChange.Modified, 0));
        }
        else
        {
            events.Add(new WatchEvent(Tag, item.Name, WatchChange.Attributes, 0));
        }
    }
}
