using Sync.Engine.Applying;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Pulling;
using Sync.Engine.Replicas;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;

namespace Sync.Engine.Filling;

/// <summary>
/// Moves what was built beside into the directory: each part by one rename that replaces nothing, with all below it. What stands in the way stays, and what is below that is
/// moved in name by name. What was moved in is in the trees then as it was seen when it was made, and looked at once more: an edit since is an edit.
/// Called off the loop, one call at a time.
/// </summary>
internal sealed class FillMove(
    ReplicaContext context, Applier applier, Observer observer, RecentKeeper recent, FillClaims claims, FillMatch match, FillStage stage, FileStamp[] stamps, ulong? owner)
{
    /// <summary>The deepest path has fewer names.</summary>
    private const int MostRounds = 4096;

    /// <summary>Nodes between two turns of the loop: it is held up for some milliseconds.</summary>
    private const int AtOnce = 4096;

    /// <summary>Lets a node go that is not to be placed by this.</summary>
    public required Action<Node> Free { get; init; }

    /// <summary>Moves those parts in that are whole, and on disk.</summary>
    public Task WholeAsync(BuildState[] states) => MoveAsync(states, wholeOnly: true);

    /// <summary>All has come that will: makes it durable, and moves in what there is.</summary>
    public async Task RestAsync(BuildState[] states)
    {
        await OnApplyAsync(() =>
        {
            var entries = match.Tree.Entries;
            for (var i = 0; i < states.Length; i++)
                if (entries[i].Kind != EntryKind.Directory && match.IsNeeded[i] && states[i] != BuildState.Placed) stage.Drop(match.Tree, i);
            if (context.Files.SyncAll() is var error and not FsError.None) throw WorkspaceException.Of(error, "the new tree");
        }).ConfigureAwait(false);
        for (var round = 0; round < MostRounds && await MoveAsync(states, wholeOnly: false).ConfigureAwait(false); round++)
        {
            // A directory that somebody made at a name of ours is in the trees when all that was noticed is: then what is below it follows.
            await DrainedAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> MoveAsync(BuildState[] states, bool wholeOnly)
    {
        var parts = await context.Loop.CallAsync(() => Choose(states, wholeOnly), context.Stopping).ConfigureAwait(false);
        if (parts.Count == 0) return false;
        try
        {
            await OnApplyAsync(() =>
            {
                foreach (var part in parts) Move(part, states);
            }).ConfigureAwait(false);
            foreach (var part in parts)
            {
                var adopted = new Adoption(part);
                while (!await context.Loop.CallAsync(() => Adopt(adopted, states), context.Stopping).ConfigureAwait(false))
                {
                    // The loop has others to serve.
                }
            }
        }
        finally
        {
            context.Loop.Post(observer.EndMaking);
        }

        return true;
    }

    /// <summary>On the loop: the topmost entries whose directories are here.</summary>
    private List<FillPart> Choose(BuildState[] states, bool wholeOnly)
    {
        var parts = new List<FillPart>();
        var entries = match.Tree.Entries;
        for (var i = 0; i < entries.Length; i++)
        {
            if (match.Nodes[i] is not { } node || !claims.Contains(node) || context.Trees.Find(match.States[i]!.Parent) is not { IsLocal: true } parent) continue;
            // Its place may be another by now, or its directory's: it is planned as such.
            if (node.IsLocal || node.Id != match.States[i]!.Id || context.Trees.LocalPath(parent) != match.Tree.PathOf(entries[i].Parent)) continue;
            if (entries[i].Kind != EntryKind.Directory && states[i] != BuildState.Placed) continue;
            if (wholeOnly && !IsWhole(i, states))
            {
                i = entries[i].Kind == EntryKind.Directory ? match.Ends[i] - 1 : i;
                continue;
            }

            parts.Add(new FillPart(i, match.Tree.PathOf(i)));
            context.Arrivals.Begin(node, parent, entries[i].Name);
            for (var at = i; at < match.Ends[i]; at++)
            {
                if (match.Nodes[at] is { } placed && (entries[at].Kind == EntryKind.Directory || states[at] == BuildState.Placed)) recent.Placing(placed, match.Tree.PathOf(at), match.States[at]!);
                // A little at a time: written at once it would be in memory as a whole.
                if ((at & (AtOnce - 1)) == 0) recent.EndTurn();
            }

            i = match.Ends[i] - 1;
        }

        // A kill between the rename and the next turn must not make edits of them.
        recent.EndTurn();
        if (parts.Count > 0) context.Arrivals.BeginMaking();
        return parts;
    }

    private bool IsWhole(int top, BuildState[] states)
    {
        for (var i = top; i < match.Ends[top]; i++)
            if (match.IsNeeded[i] && match.Tree.Entries[i].Kind != EntryKind.Directory && states[i] != BuildState.Placed) return false;
        return true;
    }

    /// <summary>On the worker that places.</summary>
    private void Move(FillPart part, BuildState[] states)
    {
        var tree = match.Tree;
        // From the last to the first: what is in a directory before it.
        for (var i = match.Ends[part.Top] - 1; i >= part.Top; i--)
        {
            if (tree.Entries[i].Kind != EntryKind.Directory || !match.IsNeeded[i]) continue;
            part.Error = stage.Finish(tree, i, owner, out var stat);
            if (part.Error != FsError.None) return;
            part.Directories.Add(stat);
        }

        part.Directories.Reverse();
        part.Error = context.Files.Rename(FillStage.PathOf(part.Path), part.Path, RenameMode.NoReplace, out var placed, out var looked, out _);
        if (part.Error != FsError.None || tree.Entries[part.Top].Kind == EntryKind.Directory) return;
        // RACE: what was written to it in this instant is not what we made: a look finds it.
        part.Stat = placed;
        if (looked != FsError.None || !placed.Stamp.SameButCtime(stamps[part.Top])) part.Error = FsError.Invalid;
    }

    /// <summary>On the loop; false: there is more to do.</summary>
    private bool Adopt(Adoption adopted, BuildState[] states)
    {
        var part = adopted.Part;
        var top = match.Nodes[part.Top]!;
        if (part.Error != FsError.None)
        {
            if (part.Error is not (FsError.Exists or FsError.Invalid)) context.Log.LogNotPlaced(context.Share, part.Path, part.Error.ToString());
            LetGo(top);
            return true;
        }

        var entries = match.Tree.Entries;
        for (var left = AtOnce; adopted.Next < match.Ends[part.Top]; adopted.Next++)
        {
            if (left-- == 0) return false;
            var i = adopted.Next;
            if (!match.IsNeeded[i]) continue;
            var isDirectory = entries[i].Kind == EntryKind.Directory;
            var stat = isDirectory ? part.Directories[adopted.NextDirectory++] : i == part.Top ? part.Stat : StatOf(i);
            if (match.Nodes[i] is not { } node || (!isDirectory && states[i] != BuildState.Placed)) continue;
            Adopt(node, match.States[i]!, stat);
        }

        // Watched from now on, and looked at: a program may have been faster.
        if (top is { IsLocal: true, Kind: EntryKind.Directory }) observer.Watch(top);
        return true;
    }

    private void Adopt(Node node, Entry entry, FileStat stat)
    {
        // The host has lost meanwhile what it was made for, or its directory has gone: what stands there is found by the look.
        var isOurs = claims.Remove(node) && node.Id == entry.Id && context.Trees.Find(node.Id) == node && !node.IsLocal
            && context.Trees.Find(entry.Parent) is { IsLocal: true } parent && context.Trees.LocalChild(parent, entry.Name) is null;
        if (isOurs) applier.Adopt(node, entry, stat);
        Free(node);
    }

    private void LetGo(Node node)
    {
        claims.Remove(node);
        Free(node);
    }

    private FileStat StatOf(int entry) => new(match.Tree.Entries[entry].Kind, match.Tree.Entries[entry].Mode, stamps[entry], 0, 0, 1, 0);

    private Task OnApplyAsync(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Apply.Run(() =>
        {
            try
            {
                work();
                done.TrySetResult();
            }
            catch (Exception e)
            {
                // Told where it is waited for.
                done.TrySetException(e);
            }
        });
        return done.Task;
    }

    private Task DrainedAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Loop.Post(() => observer.WhenDrained(() => done.TrySetResult()));
        return done.Task.WaitAsync(context.Stopping);
    }

    /// <summary>How far the nodes of a part are in the trees.</summary>
    private sealed class Adoption(FillPart part)
    {
        public FillPart Part => part;

        public int Next { get; set; } = part.Top;

        public int NextDirectory { get; set; }
    }
}
