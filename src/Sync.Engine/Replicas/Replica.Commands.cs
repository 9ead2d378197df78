using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;

namespace Sync.Engine.Replicas;

/// <content>What commands ask for.</content>
internal sealed partial class Replica
{
    public Task PauseAsync(CancellationToken cancel) => Loop.CallAsync(() =>
    {
        _paused = true;
        PublishStatus();
        return true;
    }, cancel);

    public Task ResumeAsync(bool force, CancellationToken cancel) => Loop.CallAsync(() =>
    {
        _paused = false;
        if (_halt is not null)
        {
            _halt = null;
            _rootLost = false;
            _deletions.Resume(force);
            if (CheckRoot()) _observer.Rescan();
        }
        else
        {
            _deletions.Resume(force: false);
        }

        Reconciler.EnqueueAll();
        PublishStatus();
        return true;
    }, cancel);

    public Task<int> RevertAsync(CancellationToken cancel) => Loop.CallAsync(() =>
    {
        // One that only sends takes nothing from the journal: there is nothing to put back to.
        if (Reconciler.Planner.Direction == SyncDirection.SendOnly) return 0;
        var nodes = Reconciler.Held.Where(n => !n.Has(NodeFlags.Refused)).ToArray();
        foreach (var node in nodes)
        {
            Reconciler.Planner.Reverting.Add(node);
            Reconciler.Enqueue(node);
        }

        return nodes.Length;
    }, cancel);

    public async Task<VerifyResult> VerifyAsync(bool deep, IProgress<VerifyProgress>? progress, CancellationToken cancel)
    {
        var work = await Loop.CallAsync(() => Trees.All.Where(n => n is { IsLocal: true } && n != Trees.Root && n.Kind == EntryKind.File)
            .Select(n => (Path: Trees.LocalPath(n), n.Stamp, n.Local!.Content, n.Local.Size, Lines: n.IsConverted ? LineChoice.Lf : default)).OrderBy(w => w.Path, StringComparer.Ordinal).ToArray(), cancel).ConfigureAwait(false);
        var total = work.Sum(w => w.Size);
        return await Task.Run(() =>
        {
            var problems = new List<Problem>();
            long files = 0, bytes = 0;
            foreach (var (path, stamp, content, size, lines) in work)
            {
                cancel.ThrowIfCancellationRequested();
                files++;
                var error = _context.Files.Stat(path, out var stat);
                if (error != FsError.None) problems.Add(new Problem(path, "differs", $"It is in the index, but cannot be found on disk: {error.InWords()}."));
                else if (stat.Stamp != stamp) problems.Add(new Problem(path, "differs", "It is not as the index says; if it was just edited, verify again."));
                else if (deep)
                {
                    var reading = FileReading.Of(_context.Files, path, cancel, lines: lines);
                    if (reading.Error != FsError.None) problems.Add(new Problem(path, ProblemCodes.Unreadable, $"It cannot be read: {reading.Error.InWords()}."));
                    else if (!reading.Changed && reading.Manifest!.Id != content)
                        problems.Add(new Problem(path, "rotten", "Its bytes have changed although size and times have not: the disk may be failing. Restore it from a version or another replica."));
                    bytes += size;
                }

                progress?.Report(new VerifyProgress(files, work.Length, bytes, deep ? total : 0));
            }

            return new VerifyResult(files, bytes, problems);
        }, cancel).ConfigureAwait(false);
    }
}
