using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Store;
using Sync.Engine.Trees;

namespace Sync.Engine.Replicas;

// What an earlier life left: the index, the log of what was written since, staging.
internal sealed partial class Replica
{
    /// <summary>Reads the index. Returns true if there is none to speak of.</summary>
    private bool Load()
    {
        var loaded = new List<Node>();
        // What is void, or stands otherwise in the log of what has happened since.
        var unread = new List<long>();
        var broken = _store.WasReset;
        _epoch = (ulong)EntryCodec.Int64(_store.GetValue("epoch"));
        var mark = ReplicaMark.Parse(_store.GetValue("mark"));
        var onDisk = _remains.Mark;
        var age = ReplicaMark.Compare(mark, onDisk);
        // An index that is older than its directory is still a common ancestor of what is here and what is there. One that is newer is none: what
        // was agreed is void, and everything is compared by content.
        var isVoid = broken || age is MarkAge.DirectoryIsOlder or MarkAge.Unrelated;
        IsBehindDirectory = !isVoid && age == MarkAge.IndexIsOlder;
        var recent = new RecentState();
        try
        {
            if (mark is not null && !isVoid && !IsBehindDirectory)
            {
                recent = ReadRecent(mark);
                _isAsKilled = _recentLog is not null;
            }

            _store.Load((key, bytes) =>
            {
                if (isVoid || recent.Nodes.ContainsKey(key))
                {
                    unread.Add(key);
                    return;
                }

                if (key == Trees.Root.Id.Value) throw new StoreCorruptException("It has a record of the root.");
                var (synced, local, stamp, remote) = NodeCodec.Read(bytes.Span);
                loaded.Add(Trees.Load(new EntryId(key), synced, local, stamp, remote));
            });
        }
        catch (StoreCorruptException e)
        {
            _context.Log.LogNotice(Share, $"the index cannot be read ({e.Message}): everything is compared by content");
            unread.AddRange(loaded.ConvertAll(node => node.Id.Value));
            foreach (var node in loaded) Trees.Load(node.Id, null, null, default, null);
            loaded.Clear();
            recent = new RecentState();
            isVoid = true;
        }

        var unsaved = new List<Node>();
        foreach (var (key, state) in recent.Nodes)
            if (state?.Agreed() is { } known) unsaved.Add(Trees.Load(new EntryId(key), known.Synced, known.Local, known.Stamp, known.Remote));
        loaded.AddRange(unsaved);

        if (broken || (mark is null && onDisk is not null)) _context.Log.LogNotice(Share, "the index is lost: everything is compared by content");
        else if (age == MarkAge.DirectoryIsOlder) _context.Log.LogNotice(Share, $"'{_options.Root}' was rolled back to an earlier time than the index: everything is compared by content");
        else if (IsBehindDirectory) _context.Log.LogNotice(Share, $"the index is older than '{_options.Root}' (a restored backup): what has changed since is looked for");
        else if (isVoid && mark is not null) _context.Log.LogNotice(Share, $"'{_options.Root}' is not the directory that the index tells of: everything is compared by content");

        // An index that contradicts itself is believed in nothing about what does not fit.
        unsaved.AddRange(Trees.Link(loaded));
        if (isVoid)
        {
            _epoch = 0;
            Reconciler.Planner.Committed = Revision.Zero;
            WriteMark(ReplicaMark.NewLife(null, _options.Machine), unread);
        }
        else
        {
            Reconciler.Planner.Committed = new Revision(EntryCodec.Int64(_store.GetValue("cursor")));
            if (recent.Followed is { } followed) (Reconciler.Planner.Committed, _epoch) = followed;
            WriteMark(ReplicaMark.NewLife(IsBehindDirectory ? onDisk : mark, _options.Machine), null);
        }

        // What is as the index has it need not be written again: of a million files that takes longer than all else.
        foreach (var node in Trees.All)
            if (node != Trees.Root) Note(node);
        foreach (var node in unsaved) OnNodeChanged(node);
        _index.Epoch = _recent.Epoch = _epoch;
        Restore(recent);
        var running = new byte[BootIdLength];
        BitConverter.TryWriteBytes(running, _options.Machine.BootId ?? default);
        var former = _store.GetValue("running");
        _unclean = former is not null;
        _mayBeTorn = former is not null && (_options.Machine.BootId is null || !former.AsSpan().SequenceEqual(running));
        _isAsKilled &= _unclean && !_mayBeTorn && !isVoid;
        if (_mayBeTorn && !_isHost) ExpectPlaced(loaded);
        if (_store.GetValue("name") is { } name) ReplicaName = System.Text.Encoding.UTF8.GetString(name);
        if (!_isHost && _store.GetValue("rights") is [var direction, var isReader])
        {
            _index.Rights = ((SyncDirection)direction, isReader != 0);
            (Reconciler.Planner.Direction, Reconciler.Planner.ReadOnly) = _index.Rights.Value;
        }

        // As long as it has not been in sync since: a kill meanwhile changes nothing.
        _store.Commit([], [new("running", _mayBeTorn ? former : running)]);
        // Nothing here yet: what comes may be placed before the first look has ended. What is here already must be known first, and so must what a former life made:
        // it would be taken for deleted.
        _isJoining = loaded.Count == 0 || isVoid;
        _hasFormerLife = mark is not null && !isVoid;
        // A host whose index is lost still has its journal: what that tells of is in its directory, and not to be asked of guests before it has been looked at.
        return loaded.Count == 0 && recent.Sent.Count == 0 && (_isHost ? mark is null && onDisk is null : IsEmpty());
    }

    /// <summary>What has happened since the index was saved; nothing, where it cannot be read: a kill then costs conflict copies, no more.</summary>
    private RecentState ReadRecent(ReplicaMark mark)
    {
        try
        {
            return _recentLog is null ? new RecentState() : RecentRecords.Read(_recentLog.Read(mark.Life, mark.Count));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StoreCorruptException)
        {
            _context.Log.LogNotice(Share, $"what happened after the last save of the index cannot be read: {e.Message}");
            return new RecentState();
        }
    }

    /// <summary>The end of the former life, from its last save of the index on.</summary>
    private void Restore(RecentState recent)
    {
        foreach (var (key, state) in recent.Nodes)
        {
            if (state is null || Trees.Find(new EntryId(key)) is not { } node) continue;
            node.Applied = state.Applied;
            if (!state.IsTentative) continue;
            Reconciler.RestoreTentative(node, state.Committed);
            _isInDoubt = true;
        }

        foreach (var sent in recent.Sent.Values) Reconciler.RestoreSent(sent);
        foreach (var (path, entry) in recent.Placing) Reconciler.Former.AddPlacing(path, entry);
        _recent.Begin(_index.Life!);
        foreach (var key in recent.Nodes.Keys)
        {
            // The index says nothing of it yet.
            if (Trees.Find(new EntryId(key)) is { } node) _recent.Mark(node);
            else Drop(new EntryId(key));
        }

        _recent.EndTurn();
    }

    /// <summary>Power was lost: what the index knows of the journal and not of the disk may stand there all the same, put in place after the last save. As it was to be it is
    /// no edit, even where the host has deleted it since.</summary>
    private void ExpectPlaced(List<Node> loaded)
    {
        foreach (var node in loaded)
            if (node is { IsLocal: false, Remote: { Deleted: false } coming }) Reconciler.Former.AddPlacing(Trees.RemotePath(node), coming);
    }

    private void Drop(EntryId id)
    {
        _index.Drop(id);
        _recent.Drop(id);
    }

    private bool IsEmpty()
    {
        var items = new List<DirectoryItem>();
        return _context.Files.List("", items) == FsError.None && items.TrueForAll(i => i.Name == ".sync");
    }

    /// <summary>A new mark with each start: written to the directory first, so that after a stop in between the index is seen to be the older one.</summary>
    private void WriteMark(ReplicaMark mark, List<long>? drop)
    {
        if (_markFile.Write(mark) is var error and not FsError.None) _context.Log.LogNotice(Share, $"'{_options.Root}/{MarkFile.Path}' cannot be written ({error}): the next start compares everything by content");
        var values = new List<KeyValuePair<string, byte[]?>> { new("mark", mark.ToBytes()), new("root", EntryCodec.Int64(Trees.Root.Id.Value)) };
        if (drop is not null)
        {
            values.Add(new("cursor", EntryCodec.Int64(0)));
            values.Add(new("epoch", EntryCodec.Int64(0)));
        }

        _store.Commit(drop?.ConvertAll(key => new KeyValuePair<long, ReadOnlyMemory<byte>?>(key, null)) ?? [], values);
        _index.Life = mark;
    }

    /// <summary>What an unclean stop left in staging: verified contents are taken up again, parts are resumed, the rest goes to the version store.</summary>
    private void SweepStaging()
    {
        // Parts of contents that the journal still has are resumed; others are of no use.
        _context.Staging.SweepParts(content => Trees.All.Any(n => n.IsRemote && n.Remote!.Content == content), _context.NowNs - PartsKeptNs);
        foreach (var item in _remains.Staged)
        {
            if (item.Name is null || item.Name.StartsWith("p-", StringComparison.Ordinal)) continue;
            var path = $"{PrivateDirectory.Staging}/{item.Name}";
            if (DisplacedName.EntryOf(item.Name) is { } placed) _cutShort.Take(path, placed, item.Stat, _isAsKilled);
            else if (item.Stat.Kind == EntryKind.Directory) _context.Files.RemoveDirectory(path);
            else if (item.Name.StartsWith("c-", StringComparison.Ordinal) && ContentId.TryParse(item.Name[2..].Split('.')[0], out var content))
            {
                var target = $"{PrivateDirectory.Staging}/c-{content}";
                var reading = FileReading.Of(_context.Files, path, _stopping.Token);
                if (reading.Manifest?.Id == content && (path == target || _context.Files.Rename(path, target, RenameMode.Replace) == FsError.None))
                {
                    _staged.Add(content, target);
                    // What the journal made of it the former life knew.
                    _staged.NoteReplaced(content, () => "(staged)/" + item.Name);
                }

                // What stands there under a name of ours may have been displaced by an exchange a moment before the stop.
                else _applier.Keep(path, "(staged)/" + item.Name, item.Stat, "swept");
            }
            else _applier.Keep(path, "(staged)/" + item.Name, item.Stat, "swept");
        }

        foreach (var item in _remains.Displaced)
        {
            if (item.Name is null) continue;
            var path = $"{PrivateDirectory.Displaced}/{item.Name}";
            if (DisplacedName.EntryOf(item.Name) is { } placed) _cutShort.Take(path, placed, item.Stat, _isAsKilled);
            else _applier.Keep(path, "(displaced)/" + item.Name, item.Stat, "swept");
        }

        _remains = PrivateRemains.None;
    }
}
