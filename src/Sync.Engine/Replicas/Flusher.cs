using Sync.Engine.Control;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;
using Sync.Engine.Watching;

namespace Sync.Engine.Replicas;

/// <summary>
/// One drain of a replica: what was on this disk at the call is proposed and committed; then, up to a revision of the journal, everything is
/// placed and durable here. The cut is a cookie file, whose own event tells that all earlier ones have been taken. Lives on the control loop.
/// </summary>
internal sealed class Flusher(ReplicaContext context, Observer observer, IWatcher watcher, IndexKeeper index, Func<Node, bool> isPending)
{
    public const string CookiePath = ".sync/cookies";

    private static readonly TimeSpan ReviewPace = TimeSpan.FromMilliseconds(200);

    private readonly List<Run> _runs = [];
    private readonly HashSet<Node> _behind = [];
    private bool _reviewTimer;

    /// <summary>Nodes that are not the same everywhere, kept by <see cref="Changed"/>.</summary>
    public HashSet<Node> Behind => _behind;

    /// <summary>Gives memory back.</summary>
    public void Trim() => _behind.TrimExcess();

    public bool IsActive => _runs.Count > 0;

    private sealed class Run
    {
        public required string Cookie { get; init; }

        public required Action Done { get; init; }

        public required FlushScope Scope { get; init; }

        public long Reviewed { get; set; }

        /// <summary>What the last look at one of its nodes took.</summary>
        public TimeSpan Cost { get; set; }

        public HashSet<Node>? Nodes { get; set; }

        public Dictionary<Node, Entry?>? Bases { get; set; }
    }

    /// <summary>Keeps <see cref="Behind"/> and the running flushes up to date with a node.</summary>
    public void Changed(Node node)
    {
        var clean = IsClean(node);
        if (clean) _behind.Remove(node);
        else _behind.Add(node);
        foreach (var run in _runs)
            if (run.Nodes is not null && run.Nodes.Contains(node) && (clean || !ReferenceEquals(run.Bases![node], node.Synced))) run.Nodes.Remove(node);
    }

    public void Rebind(Node from, Node to)
    {
        _behind.Remove(from);
        foreach (var run in _runs)
        {
            if (run.Nodes?.Remove(from) != true) continue;
            run.Nodes.Add(to);
            run.Bases![to] = to.Synced;
        }

        Changed(to);
    }

    private bool IsClean(Node node)
    {
        if (node == context.Trees.Root) return true;
        if (context.Trees.Find(node.Id) != node) return true;
        if (node.Local is null && !node.IsRemote) return node.Synced is null;
        if (node.Local is null || !node.IsRemote || node.Synced is null) return false;
        return ReferenceEquals(node.Synced, node.Remote)
            ? context.Reconciler.Comparer.Difference(node.Local, node.Remote) == Facets.None
            : context.Reconciler.Comparer.Difference(node.Local, node.Remote) == Facets.None
              && context.Reconciler.Comparer.Difference(node.Synced, node.Remote) == Facets.None
              && node.Synced.Revision == node.Remote!.Revision;
    }

    /// <summary>Calls back when everything that was on this disk at the call is committed in the journal, or known to be stuck.</summary>
    public void DrainLocal(FlushScope scope, Action done)
    {
        var name = context.Machine.NextName();
        var run = new Run { Cookie = name, Done = done, Scope = scope };
        _runs.Add(run);
        if (watcher.IsPolling)
        {
            observer.Rescan();
            observer.WhenDrained(() => Collect(run, null));
            return;
        }

        context.Io.Run(() =>
        {
            var path = $"{CookiePath}/{name}";
            var error = context.Files.Create(path, out var file);
            file?.Dispose();
            context.Files.RemoveFile(path);
            if (error == Files.FsError.None) return;
            // No cookie can be made (a full or read-only disk): a whole look does it too.
            context.Loop.Post(() => CookieSeen(name));
        });
    }

    public void CookieSeen(string name)
    {
        observer.LookAtLinked();
        foreach (var run in _runs.Where(r => r.Cookie == name && r.Nodes is null).ToArray()) observer.WhenDrained(() => Collect(run, null));
    }

    /// <summary>Calls back when all that the journal has up to a revision is placed here, or known to be stuck.</summary>
    public void DrainRemote(Revision upTo, FlushScope scope, Action done)
    {
        var run = new Run { Cookie = "", Done = done, Scope = scope };
        _runs.Add(run);
        Collect(run, upTo);
    }

    private void Collect(Run run, Revision? upTo)
    {
        if (run.Nodes is not null) return;
        run.Nodes = [];
        run.Bases = [];
        foreach (var node in _behind)
        {
            if (upTo is { } limit && (node.Remote is not { } remote || remote.Revision > limit)) continue;
            if (run.Scope.Prefix.Length > 0 && !run.Scope.Holds(context.Trees.DisplayPath(node))) continue;
            run.Nodes.Add(node);
            run.Bases[node] = node.Synced;
        }

        context.Loop.Post(EndTurn);
    }

    /// <summary>Ends the runs that have nothing left to wait for.</summary>
    public void EndTurn()
    {
        for (var i = _runs.Count - 1; i >= 0; i--)
        {
            var run = _runs[i];
            if (run.Nodes is null) continue;
            if (run.Nodes.Count > 0)
            {
                // What is held by policy, left out, or stuck with a problem is reported, not waited for.
                // Looking at all of them costs: only now and then while there are many, so that a twentieth of the time goes there at most
                // (of a million files' first sync it was nearly all).
                var due = run.Nodes.Count < 64 || context.Time.GetElapsedTime(run.Reviewed) > ReviewPace + 20 * run.Nodes.Count * run.Cost;
                if (due)
                {
                    var begun = context.Time.GetTimestamp();
                    var looked = run.Nodes.Count;
                    run.Nodes.RemoveWhere(n => !isPending(n));
                    run.Reviewed = context.Time.GetTimestamp();
                    run.Cost = context.Time.GetElapsedTime(begun, run.Reviewed) / looked;
                }

                if (run.Nodes.Count > 0)
                {
                    if (!_reviewTimer)
                    {
                        _reviewTimer = true;
                        context.After(TimeSpan.FromMilliseconds(250), () => _reviewTimer = false);
                    }

                    continue;
                }
            }

            _runs.RemoveAt(i);
            run.Done();
        }
    }

    /// <summary>Calls back when disk and index are durable.</summary>
    public void MakeDurable(Action<bool> done) => index.WhenDurable(done);

    /// <summary>Gives all runs up: nothing is called back.</summary>
    public void Cancel() => _runs.Clear();
}
