using System.Text;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Store;
using Sync.Engine.Trees;

namespace Sync.Engine.Replicas;

/// <summary>
/// Makes observations durable: what changed in the trees goes to the index in groups, after the files it tells of. Never what is yet to be done:
/// that is planned again. Lives on the control loop; syncing and writing run on a worker of its own.
/// </summary>
internal sealed class IndexKeeper(ReplicaContext context, IRecordStore store, MarkFile markFile, WorkerPool worker, Func<List<string>?> takeUnsynced, Func<FsError> syncVersions, StoreTrouble trouble, RecentKeeper recent)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryFailed = TimeSpan.FromSeconds(2);

    /// <summary>From this many files on the whole file system is synced.</summary>
    private const int FewFiles = 16;

    private readonly HashSet<Node> _unsaved = [];
    private readonly HashSet<long> _dropped = [];
    private readonly List<Action<bool>> _waiting = [];
    private bool _running;
    private bool _scheduled;
    private bool _valuesChanged;
    private Revision _savedCursor;

    /// <summary>The last try failed: what it should have synced is no longer known by name.</summary>
    private bool _hasFailed;

    public ulong Epoch { get; set; }

    /// <summary>What the host calls this replica: the next life names copies by it before it has a link.</summary>
    public string ReplicaName { get; set; } = "host";

    /// <summary>Which way a guest's changes go, and whether it may only read: the next life keeps to it before it has a link. Null: not known yet.</summary>
    public (SyncDirection Direction, bool ReadOnly)? Rights { get; set; }

    /// <summary>The mark that index and directory have now.</summary>
    public ReplicaMark? Life { get; set; }

    public void Mark(Node node)
    {
        if (node.Has(NodeFlags.Unsaved)) return;
        node.Flags |= NodeFlags.Unsaved;
        _unsaved.Add(node);
        Schedule();
    }

    /// <summary>An id means nothing any more: what is stored under it goes, unless it is given away again.</summary>
    public void Drop(EntryId id)
    {
        if (id.IsProvisional) return;
        _dropped.Add(id.Value);
        Schedule();
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        _unsaved.TrimExcess();
        _dropped.TrimExcess();
        worker.Run(store.Trim);
    }

    public void MarkValues()
    {
        _valuesChanged = true;
        Schedule();
    }

    /// <summary>Calls back when all that is known now is durable, on disk and in the index; false if it could not be made so.</summary>
    public void WhenDurable(Action<bool> done)
    {
        _waiting.Add(done);
        if (!_running) Run();
    }

    private void Schedule()
    {
        if (_scheduled) return;
        _scheduled = true;
        context.After(_hasFailed ? RetryFailed : Pace, () =>
        {
            _scheduled = false;
            if (!_running) Run();
        });
    }

    private void Run()
    {
        var cursor = context.Reconciler.Planner.Committed;
        if (_unsaved.Count == 0 && _dropped.Count == 0 && !_valuesChanged && _waiting.Count == 0 && cursor == _savedCursor) return;
        _running = true;
        var records = new List<KeyValuePair<long, ReadOnlyMemory<byte>?>>(_unsaved.Count + _dropped.Count);
        var paths = takeUnsynced();
        foreach (var key in _dropped)
            if (context.Trees.Find(new EntryId(key)) is null) records.Add(new(key, null));
        foreach (var node in _unsaved)
        {
            node.Flags &= ~NodeFlags.Unsaved;
            // What the journal does not know is found again by a scan.
            if (node.Id.IsProvisional || node == context.Trees.Root) continue;
            var remote = context.Reconciler.CommittedRemote(node);
            if (context.Trees.Find(node.Id) != node || (node.Synced is null && node.Local is null && remote is null)) records.Add(new(node.Id.Value, null));
            else if (node.Local is { Parent.IsProvisional: true }) records.Add(new(node.Id.Value, NodeCodec.Write(node.Synced, null, default, remote)));
            else records.Add(new(node.Id.Value, NodeCodec.Write(node.Synced, node.Local, node.Stamp, remote)));
            // Also what users wrote: were it rolled back by power loss below an index that tells of it, the older bytes would be taken for an edit.
            if (paths is null || node.Local is not { Kind: EntryKind.File }) continue;
            if (paths.Count < FewFiles) paths.Add(context.Trees.LocalPath(node));
            else paths = null;
        }

        _unsaved.Clear();
        _dropped.Clear();
        _valuesChanged = false;
        var waiting = _waiting.ToArray();
        _waiting.Clear();
        List<KeyValuePair<string, byte[]?>> values = [ new("cursor", EntryCodec.Int64(cursor.Value)), new("epoch", EntryCodec.Int64((long)Epoch)), new("name", Encoding.UTF8.GetBytes(ReplicaName))];
        if (Rights is { } rights) values.Add(new("rights", [(byte)rights.Direction, rights.ReadOnly ? (byte)1 : (byte)0]));
        var everything = waiting.Length > 0 || _hasFailed;
        var saves = records.Count > 0 || cursor != _savedCursor || everything;
        // Only what tells of entries makes the two of another time.
        var life = records.Count > 0 ? Life?.Next() : null;
        if (life is not null) recent.Begin(life);
        worker.Run(() =>
        {
            IOException? failure = null;
            var error = Sync(paths, everything);
            if (error == FsError.None && life is not null) error = markFile.Advance(life);
            // Gone, with all else, or replaced: what is known is saved all the same, and the next start sees that the directory is another.
            if (error is FsError.NotFound or FsError.NotDirectory) error = FsError.None;
            if (error == FsError.None)
            {
                try
                {
                    if (saves) store.Commit(records, life is null ? values : [.. values, new("mark", life.ToBytes())]);
                }
                catch (IOException e)
                {
                    failure = e;
                    error = FsError.Io;
                }
            }

            context.Loop.Post(() =>
            {
                _running = false;
                _hasFailed = error != FsError.None;
                if (failure is not null || !_hasFailed) trouble.Report("index", failure);
                if (!_hasFailed)
                {
                    _savedCursor = cursor;
                    Life = life ?? Life;
                }

                foreach (var done in waiting) done(error == FsError.None);
                if (error != FsError.None)
                {
                    foreach (var (key, _) in records)
                    {
                        if (context.Trees.Find(new EntryId(key)) is { } node) Mark(node);
                        else _dropped.Add(key);
                    }
                }

                if (_waiting.Count > 0) Run();
                else if (_unsaved.Count > 0 || _dropped.Count > 0 || _valuesChanged) Schedule();
            });
        });
    }

    /// <summary>Few files are synced one by one, many by the whole file system, which can wait for others' writes.</summary>
    private FsError Sync(List<string>? paths, bool everything)
    {
        var error = syncVersions();
        if (error != FsError.None) return error;
        if (everything || paths is null) return context.Files.SyncAll();
        foreach (var path in paths)
        {
            if (context.Files.Stat(path, out var stat) != FsError.None) continue;
            if (stat.Kind == EntryKind.Symlink || context.Files.Sync(path) != FsError.None) return context.Files.SyncAll();
            var slash = path.LastIndexOf('/');
            _ = context.Files.Sync(slash < 0 ? "" : path[..slash]);
        }

        return FsError.None;
    }
}
