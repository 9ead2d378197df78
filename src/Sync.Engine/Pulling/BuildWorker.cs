using System.Collections.Concurrent;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>
/// One of the threads that put files into a tree under way: it takes pieces as they come, and runs of entries whose bytes are on this machine already. Pieces of one long
/// content all go to the same worker.
/// </summary>
internal sealed partial class BuildWorker : IDisposable
{
    /// <summary>What waits for a worker: some megabytes.</summary>
    private const int Waiting = 8;

    private readonly Build _build;
    private readonly BlockingCollection<object> _work = new(Waiting);
    private readonly LastDirectory _target;
    private readonly LastDirectory? _source;
    private readonly FileHash _hash = new();
    private readonly Dictionary<int, LongFile> _long = [];
    private readonly byte[] _buffer = new byte[PullLimits.MaxWhole];
    private readonly Thread _thread;

    /// <summary>As far as is known: the first that cannot tells.</summary>
    private bool _canClone = true;

    public BuildWorker(Build build, TreeRoot target, TreeRoot? source, int number)
    {
        _build = build;
        _target = new LastDirectory(target);
        _source = source is null ? null : new LastDirectory(source);
        _thread = new Thread(Run) { IsBackground = true, Name = $"pull {number}" };
        _thread.Start();
    }

    /// <summary>How much waits.</summary>
    public int Count => _work.Count;

    /// <summary>Hands over a piece; the worker disposes it. Waits while too much waits.</summary>
    public void Add(PullPiece piece, CancellationToken cancel) => _work.Add(piece, cancel);

    /// <summary>Hands over a run of entries whose bytes are here.</summary>
    public void Add(Range entries, CancellationToken cancel) => _work.Add(entries, cancel);

    /// <summary>Has something called when all that was handed over before is done.</summary>
    public void Add(Action then, CancellationToken cancel) => _work.Add(then, cancel);

    /// <summary>Nothing more comes; returns when all is done.</summary>
    public void Finish()
    {
        _work.CompleteAdding();
        _thread.Join();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Finish();
        foreach (var file in _long.Values) file.Dispose();
        foreach (var file in _patched.Values) file.Dispose();
        _target.Dispose();
        _source?.Dispose();
        _hash.Dispose();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var item in _work.GetConsumingEnumerable())
        {
            using var piece = item as PullPiece;
            if (item is Action then)
            {
                then();
                continue;
            }

            if (_build.HasFailed) continue;
            try
            {
                if (piece is not null) Take(piece);
                else Place((Range)item);
            }
            catch (Exception e)
            {
                // Told where the build is waited for.
                _build.Fail(e);
            }
        }
    }

    private void Take(PullPiece piece)
    {
        var rest = piece.Bytes.Span;
        _build.Counts.Came(piece.WireLength);
        switch (piece.Kind)
        {
            case PullPieceKind.Contents:
                while (!rest.IsEmpty)
                {
                    var entry = _build.ReadEntry(ref rest);
                    var length = _build.Tree.Entries[entry].Size;
                    if (Build.ReadNumber(ref rest) != (ulong)length || length > rest.Length) throw Build.Broken("a content has another length than its entry");
                    TakeWhole(entry, rest[..(int)length]);
                    rest = rest[(int)length..];
                }

                break;
            case PullPieceKind.Data:
                TakePart(_build.ReadEntry(ref rest), (long)Math.Min(Build.ReadNumber(ref rest), long.MaxValue), rest);
                break;
            case PullPieceKind.Chunks:
                TakeChunks(_build.ReadEntry(ref rest), rest);
                break;
            default:
                var gone = _build.ReadEntry(ref rest);
                if (!_build.IsAwaited(gone)) break;
                var wasPatched = _patched.ContainsKey(gone);
                Abandon(gone);
                _build.Gone(gone, rest is [1, ..]);
                if (wasPatched) _build.Decided();
                break;
        }
    }

    private void TakeWhole(int index, ReadOnlySpan<byte> bytes)
    {
        var entry = _build.Tree.Entries[index];
        if (_hash.Of(bytes, out var manifest) != entry.Content)
        {
            _build.Gone(index, isUnreadable: false);
            return;
        }

        if (manifest is not null) _build.Notes?.Keep(manifest);
        WriteWhole(index, entry, bytes);
        _build.Cache?.Add(entry.Content, bytes);
    }

    private void WriteWhole(int index, in PulledEntry entry, ReadOnlySpan<byte> bytes)
    {
        var directory = Target(entry);
        _build.Check(directory.Create(entry.Name, entry.Mode, out var file), index);
        FileStat stat;
        using (file)
        {
            if (!bytes.IsEmpty) _build.Check(OpenFile.Write(file!, 0, bytes), index);
            _build.Check(NewFile.Finish(file!, entry, _build.Owner, out stat), index);
        }

        _build.Placed(index, stat);
    }

    private void TakePart(int index, long offset, ReadOnlySpan<byte> bytes)
    {
        if (!_build.IsAwaited(index))
        {
            // The rest of the parts of one that is another by now; or it has been placed since its number was read.
            if (!_build.IsPatched(index)) throw Build.Broken("a part of a content that was not asked for");
            return;
        }

        var entry = _build.Tree.Entries[index];
        if (_patched.TryGetValue(index, out var patched))
        {
            if (!Go(index, patched.Take(offset, bytes, out var fits))) return;
            if (!fits) throw Build.Broken("a part of a content at another place than was asked for");
            Finish(index, patched);
            return;
        }

        if (!_long.TryGetValue(index, out var file))
        {
            // A short one comes whole, to another worker maybe.
            if (offset != _build.PartOf(index) || (offset == 0 && entry.Size <= PullLimits.MaxWhole)) throw Build.Broken("a part of a content that was not asked for");
            _build.Check(LongFile.Open(Target(entry), entry, offset, _build.Notes, out file), index);
            _long.Add(index, file!);
        }

        if (offset != file!.Offset || bytes.Length > entry.Size - offset) throw Build.Broken("a part of a content at another place than the one before ended");
        _build.Check(file.Append(bytes), index);
        if (!file.IsComplete) return;
        _build.Check(file.Finish(entry, _build.Owner, out var isIt, out var stat), index);
        if (isIt)
        {
            _build.Cache?.Add(entry.Content, file.File, entry.Size);
            _long.Remove(index);
            file.Dispose();
            _build.Placed(index, stat);
            return;
        }

        Abandon(index);
        _build.Gone(index, isUnreadable: false);
    }

    /// <summary>What is there of a long content is not it: it goes.</summary>
    private void Abandon(int index)
    {
        if (_patched.Remove(index, out var patched)) patched.Dispose();
        else if (_long.Remove(index, out var file)) file.Dispose();
        else return;
        var entry = _build.Tree.Entries[index];
        _build.Check(Target(entry).RemoveFile(entry.Name), index);
    }

    private void Place(Range range)
    {
        var (from, count) = range.GetOffsetAndLength(_build.Tree.Count);
        for (var index = from; index < from + count && !_build.HasFailed; index++)
        {
            if (_build.IsDone(index)) continue;
            var entry = _build.Tree.Entries[index];
            switch (entry.Kind)
            {
                case EntryKind.Symlink:
                    PlaceLink(index, entry);
                    break;
                case EntryKind.File when entry.Size == 0 && _build.IsEmptyContent(entry):
                    WriteWhole(index, entry, []);
                    break;
                case EntryKind.File when _build.ActionOf(index) != EntryAction.Make:
                    PlaceLocal(index, entry);
                    break;
                case EntryKind.File when _build.Cache is { } cache && !_build.IsAsked(index):
                    if (_build.PartOf(index) > 0 || !TryCached(index, entry, cache)) _build.Ask(index);
                    break;
            }
        }
    }

    private void PlaceLink(int index, in PulledEntry entry)
    {
        var directory = Target(entry);
        _build.Check(directory.MakeSymlink(entry.Name, entry.LinkTarget!), index);
        if ((entry.Owner ?? _build.Owner) is { } owner) _build.Check(directory.SetOwner(entry.Name, owner), index);
        // Where a link's own time cannot be set it stays as it is.
        if (directory.SetMtime(entry.Name, entry.MtimeNs) is var error && error != FsError.Unsupported) _build.Check(error, index);
        _build.Check(directory.Stat(entry.Name, out var stat), index);
        _build.Placed(index, stat);
    }

    private void PlaceLocal(int index, in PulledEntry entry)
    {
        var isLink = _build.ActionOf(index) == EntryAction.Link;
        var path = _build.SourceOf(index);
        var slash = path.LastIndexOf('/');
        if (_source!.Open(slash < 0 ? "" : path[..slash], out var from) != FsError.None)
        {
            _build.Ask(index);
            return;
        }

        var name = path[(slash + 1)..];
        if (isLink && TryLink(index, entry, from!, name)) return;
        if (!TryCopy(index, entry, from!, name)) _build.Ask(index);
    }

    /// <summary>Links the file that stands in the directory, if it is still the one that the plan saw.</summary>
    private bool TryLink(int index, in PulledEntry entry, DirectoryHandle from, string name)
    {
        var directory = Target(entry);
        // A file system without second names, or with too many of this one: it is copied.
        if (directory.Link(entry.Name, from, name) != FsError.None) return false;
        _build.Check(directory.Stat(entry.Name, out var stat), index);
        if (stat.Kind == EntryKind.File && stat.Mode == _build.SeenAt(index).Mode && stat.Stamp.SameButCtime(_build.SeenAt(index).Stamp))
        {
            _build.Placed(index, stat, isLinked: true);
            return true;
        }

        _build.Check(directory.RemoveFile(entry.Name), index);
        return false;
    }

    private bool TryCopy(int index, in PulledEntry entry, DirectoryHandle from, string name)
    {
        if (from.OpenRead(name, out var source) != FsError.None) return false;
        using (source) return CopyInto(index, entry, source!, isStill: null);
    }

    /// <summary>Copies an open file into the tree, by reflink where that can be; false: it was not the entry's content.</summary>
    /// <param name="index">The entry's number.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="source">The file.</param>
    /// <param name="isStill">Of a file that is known to be the entry's content: whether it is still the same file, now that it was copied. Null: its bytes tell.</param>
    private bool CopyInto(int index, in PulledEntry entry, FileDescriptor source, Func<bool>? isStill)
    {
        var directory = Target(entry);
        _build.Check(directory.Create(entry.Name, 0x180, out var file), index);
        FileStat stat;
        using (file)
        {
            var error = FsError.None;
            if (!_canClone || !RangeCopy.TryClone(source, file!, entry.Size))
            {
                _canClone = false;
                error = RangeCopy.Copy(source, 0, file!, 0, entry.Size);
            }

            if (error is FsError.NoSpace or FsError.Io) _build.Check(error, index);
            // The copy counts, not the source.
            if (error != FsError.None || !(isStill?.Invoke() ?? IsContent(file!, entry)))
            {
                _build.Check(directory.RemoveFile(entry.Name), index);
                return false;
            }

            _build.Check(NewFile.Finish(file!, entry, _build.Owner, out stat), index);
        }

        _build.Placed(index, stat);
        return true;
    }

    private bool IsContent(FileDescriptor file, in PulledEntry entry) => _hash.Of(file, entry.Size, out var content) == FsError.None && content == entry.Content;

    private bool TryCached(int index, in PulledEntry entry, ContentCache cache)
    {
        using var cached = cache.Find(entry.Content, entry.Size);
        if (cached is null) return false;
        if (entry.Size <= PullLimits.MaxWhole && (entry.Size < ContentCache.WorthCloning || !_canClone))
        {
            var bytes = _buffer.AsSpan(0, (int)entry.Size);
            if (OpenFile.Read(cached.File, 0, bytes, out var read) != FsError.None || read != bytes.Length || (!cached.IsVerified && _hash.Of(bytes) != entry.Content))
            {
                cache.Remove(entry.Content);
                return false;
            }

            WriteWhole(index, entry, bytes);
        }
        else if (!CopyInto(index, entry, cached.File, cached.IsVerified ? cached.IsSame : null))
        {
            cache.Remove(entry.Content);
            return false;
        }

        if (!cached.IsVerified) cache.Verified(entry.Content, cached);
        _build.Counts.FromCache(entry.Size);
        return true;
    }

    private DirectoryHandle Target(in PulledEntry entry)
    {
        var path = _build.DirectoryPath(entry.Parent);
        var error = _target.Open(path, out var directory);
        return error == FsError.None ? directory! : throw WorkspaceException.Of(error, path.Length == 0 ? "the new tree" : path);
    }
}
