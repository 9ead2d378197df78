using System.Collections.Concurrent;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Model;

namespace Sync.Engine.Pulling;

/// <summary>Looks at every name below a directory, on several threads, and finds the known tree's entries among them. No file is read.</summary>
internal sealed class DiskSurvey
{
    private static readonly int Threads = Math.Clamp(Environment.ProcessorCount, 1, 4);

    private readonly DirectoryHandle _root;
    private readonly DirectoryWalk _walk;
    private readonly ulong _mount;
    private readonly KnownTree _known;
    private readonly CancellationToken _cancel;
    private readonly BlockingCollection<Job> _jobs = new(new ConcurrentStack<Job>());
    private int _open = 1;
    private int _matched;
    private int _odd;
    private Exception? _failure;

    private DiskSurvey(DirectoryHandle root, DirectoryWalk walk, ulong mount, KnownTree known, CancellationToken cancel)
    {
        _root = root;
        _walk = walk;
        _mount = mount;
        _known = known;
        _cancel = cancel;
    }

    private sealed record Job(string Path, int Known, Action<DiskDirectory> Found);

    /// <summary>Looks at all below a directory; its own `.sync` is left out.</summary>
    /// <exception cref="WorkspaceException">Something cannot be looked at, or is a mount point.</exception>
    /// <returns>What is there, and whether that is by every stamp and mode the known tree, no more and no less.</returns>
    public static (DiskDirectory Disk, bool IsKnown) Of(DirectoryHandle root, KnownTree known, CancellationToken cancel)
    {
        var error = root.BeginWalk(out var walk);
        if (error != FsError.None || root.Stat(out var stat) is var failed && (error = failed) != FsError.None) throw WorkspaceException.Of(error, "the directory");
        // Made on one thread: the others only read.
        _ = known.ChildrenOf(-1);
        var survey = new DiskSurvey(root, walk!, stat.MountId, known, cancel);
        var disk = survey.Run();
        return (disk, survey._odd == 0 && survey._matched == known.Tree.Count);
    }

    private DiskDirectory Run()
    {
        DiskDirectory? top = null;
        _jobs.Add(new Job("", -1, found => top = found), _cancel);
        var threads = new Thread[Threads - 1];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Work) { IsBackground = true, Name = "survey" };
            threads[i].Start();
        }

        Work();
        foreach (var thread in threads) thread.Join();
        _jobs.Dispose();
        _cancel.ThrowIfCancellationRequested();
        if (_failure is not null) throw _failure is WorkspaceException known ? known : new InvalidOperationException("The survey failed.", _failure);
        return top!;
    }

    private void Work()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            try
            {
                if (_failure is null && !_cancel.IsCancellationRequested) Look(job);
            }
            catch (Exception e)
            {
                // Told by the thread that began it; the others run out of work.
                Interlocked.CompareExchange(ref _failure, e, null);
            }

            if (Interlocked.Decrement(ref _open) == 0) _jobs.CompleteAdding();
        }
    }

    private void Look(Job job)
    {
        var items = new List<DirectoryItem>();
        var error = _root.OpenBelow(_walk, job.Path, out var directory);
        if (error == FsError.None)
        {
            using (directory) error = directory!.List(items);
        }

        if (error != FsError.None) throw WorkspaceException.Of(error, job.Path.Length == 0 ? "the directory" : job.Path);
        if (job.Path.Length == 0) items.RemoveAll(static i => i.Name == PrivateDirectory.Name);
        // What goes while it is looked at was not there.
        items.RemoveAll(static i => i.Error == FsError.NotFound);
        items.Sort(static (a, b) => a.Name is null || b.Name is null ? (a.Name is null).CompareTo(b.Name is null) : string.CompareOrdinal(a.Name, b.Name));
        var found = new DiskDirectory([.. items], new DiskDirectory?[items.Count], new int[items.Count]);
        var known = job.Known == Nowhere ? [] : _known.ChildrenOf(job.Known);
        var (next, odd, matched) = (0, 0, 0);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i];
            var path = job.Path.Length == 0 ? item.Display : job.Path + "/" + item.Display;
            if (item.Error != FsError.None) throw WorkspaceException.Of(item.Error, path);
            if (item.Stat.MountId != _mount) throw new WorkspaceException(WorkspaceTrouble.NotExchangeable, $"{path} is a mount point inside the directory: the whole cannot be exchanged. Unmount it, or pull into another directory.");
            // Both lists ascend: one goes along with the other.
            while (item.Name is not null && next < known.Length && string.CompareOrdinal(_known.Tree.Entries[known[next]].Name, item.Name) < 0) next++;
            var entry = item.Name is not null && next < known.Length && _known.Tree.Entries[known[next]].Name == item.Name ? known[next] : -1;
            found.Known[i] = entry;
            if (entry >= 0) matched++;
            if (entry < 0 || !IsAsKnown(entry, item.Stat)) odd++;
            if (item.Stat.Kind != EntryKind.Directory || item.Name is null) continue;
            var index = i;
            Interlocked.Increment(ref _open);
            _jobs.Add(new Job(path, entry >= 0 && _known.Tree.Entries[entry].Kind == EntryKind.Directory ? entry : Nowhere, below => found.Below[index] = below), CancellationToken.None);
        }

        Interlocked.Add(ref _matched, matched);
        if (odd > 0) Interlocked.Add(ref _odd, odd);

        job.Found(found);
    }

    private bool IsAsKnown(int entry, in FileStat stat)
    {
        ref readonly var known = ref _known.Tree.Entries[entry];
        if (known.Kind != EntryKind.Directory) return _known.IsVerified(entry, stat);
        return stat.Kind == EntryKind.Directory && stat.Mode == known.Mode && (known.Owner is null || known.Owner == stat.Owner);
    }

    /// <summary>In place of an entry's number: nothing below is known.</summary>
    private const int Nowhere = int.MinValue;
}
