using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>Long contents of which only what has changed comes.</summary>
internal sealed partial class BuildWorker
{
    /// <summary>Parts of one content that are asked for, each by a message of its own.</summary>
    private const int MostParts = 2048;

    private readonly Dictionary<int, ChunkList> _lists = [];
    private readonly Dictionary<int, PatchedFile> _patched = [];

    /// <summary>The host has told what a long content is made of: what of it the old file has is copied, the rest asked for.</summary>
    private void TakeChunks(int index, ReadOnlySpan<byte> part)
    {
        if (!_build.AwaitsChunks(index)) throw Build.Broken("a chunk list that was not asked for");
        if (!_lists.TryGetValue(index, out var list)) _lists.Add(index, list = new ChunkList());
        list.Take(part);
        if (!list.IsWhole) return;
        _lists.Remove(index);
        _build.ChunksCame(index);
        var entry = _build.Tree.Entries[index];
        if (list.Of(entry.Content, entry.Size) is not { } chunks || Begin(index, entry, chunks) is not { } patched)
        {
            _build.Ask(index);
            _build.Decided();
            return;
        }

        _patched.Add(index, patched);
        foreach (var (offset, length) in patched.Wanted) _build.Ask(index, offset, length);
        if (Go(index, patched.Copy())) Finish(index, patched);
    }

    private PatchedFile? Begin(int index, in PulledEntry entry, Manifest chunks)
    {
        if (_source!.Open(_build.DirectoryPath(entry.Parent), out var from) != FsError.None || from!.OpenRead(entry.Name, out var source) != FsError.None) return null;
        if (OpenFile.Stat(source!, out var stat) != FsError.None || PatchedFile.Plan(chunks, source!, stat.Stamp.Size, MostParts) is not { } plan)
        {
            source!.Dispose();
            return null;
        }

        var error = LongFile.Open(Target(entry), entry, 0, _build.Notes, out var file);
        if (error != FsError.None) source!.Dispose();
        _build.Check(error, index);
        return PatchedFile.Begin(file!, source!, plan);
    }

    /// <summary>Whether a step has gone well; where the old file was not what it was taken for, all of the content is asked for.</summary>
    private bool Go(int index, FsError error)
    {
        if (error == FsError.None) return true;
        if (error != FsError.Invalid) _build.Check(error, index);
        Abandon(index);
        // Parts that are still to come are not distinguished from the whole: it is had in the next round.
        _build.Gone(index, isUnreadable: false);
        _build.Decided();
        return false;
    }

    private void Finish(int index, PatchedFile patched)
    {
        // What follows the last part that came.
        if (!Go(index, patched.Copy()) || !patched.File.IsComplete) return;
        var entry = _build.Tree.Entries[index];
        _build.Check(patched.File.Finish(entry, _build.Owner, out var isIt, out var stat), index);
        if (!isIt)
        {
            Abandon(index);
            // All parts have come: now all of it.
            _build.Ask(index);
            _build.Decided();
            return;
        }

        _build.Cache?.Add(entry.Content, patched.File.File, entry.Size);
        _patched.Remove(index);
        patched.Dispose();
        _build.Placed(index, stat);
        _build.Decided();
    }
}
