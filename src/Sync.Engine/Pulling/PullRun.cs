using System.Collections.Concurrent;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>
/// One pull, from the look at the directory to the exchange: the directory becomes the share as it was at one revision, or stays as it was. Where contents are overtaken
/// under way it moves on to a newer revision, with all that it has got.
/// </summary>
public sealed class PullRun(IPullHost host, PullOptions options, TimeProvider time)
{
    /// <summary>Rounds after which files that never rest are given up.</summary>
    public const int MaxRounds = 5;

    /// <summary>Before the second round; doubled for each that follows. The host takes a copy of what has not rested for 5 s.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private volatile PulledTree? _tree;

    /// <summary>How far it has come.</summary>
    public BuildCounts Counts { get; private set; } = new();

    /// <summary>What it is at.</summary>
    public PullStage Stage { get; private set; }

    /// <summary>What the directory is to be; null: not known yet.</summary>
    public PulledTree? Tree => _tree;

    /// <summary>Runs it.</summary>
    /// <exception cref="WorkspaceException">The directory.</exception>
    /// <exception cref="Link.LinkException">The host.</exception>
    /// <exception cref="RestlessFilesException">The share's files.</exception>
    public async Task<PullResult> RunAsync(CancellationToken cancel)
    {
        using var workspace = Workspace.Open(options.Directory);
        var surveying = Task.Run(() => CheckOurs(workspace, workspace.Survey(cancel)), cancel);
        // What is there may be all that is to be said.
        if (!options.Force && !workspace.IsWorkspace) await surveying.ConfigureAwait(false);
        using var cache = options.Cache is { } at && !options.IsDryRun ? ContentCache.Open(at, options.CacheBytes, time, trustsStamps: !options.Verifies) : null;
        var (received, cached) = (0L, 0L);
        for (var round = 1; ; round++)
        {
            Stage = PullStage.Comparing;
            await using var pull = await host.OpenAsync(workspace.Index?.Known.Tree.Hash ?? default, cancel).ConfigureAwait(false);
            var tree = pull.Head.IsKnown && workspace.Index is { } index ? index.Known.Tree : await pull.ReadTreeAsync(cancel).ConfigureAwait(false);
            _tree = tree;
            var (disk, isKnown) = await surveying.ConfigureAwait(false);
            if (isKnown && pull.Head.IsKnown && !options.Verifies)
            {
                if (!options.IsDryRun) workspace.Leave();
                return new PullResult { Revision = pull.Head.Revision, Tag = pull.Head.Tag, Tree = tree, IsUnchanged = true };
            }

            var plan = await PlanAsync(workspace, tree, disk, cancel).ConfigureAwait(false);
            var result = Describe(plan, pull.Head) with { Rounds = round };
            if (round == 1 && plan.IsDone(options.KeepsExtras))
            {
                if (options.IsDryRun) return result;
                if (!pull.Head.IsKnown || plan.Unsure.Count > 0) workspace.Note(Record(pull.Head, new KnownTree(tree, StampsOf(plan))));
                workspace.Leave();
                return result;
            }

            if (options.IsDryRun) return result;
            var missing = await BuildAsync(workspace, plan, pull, cache, cancel).ConfigureAwait(false);
            cache?.Trim(cancel);
            (received, cached) = (received + Counts.Received, cached + Counts.Cached);
            if (missing.Count == 0) return result with { Received = received, Cached = cached };
            if (round == MaxRounds) throw new RestlessFilesException(round, [.. missing.Select(m => tree.PathOf(m.Entry))], missing.All(static m => m.IsUnreadable));
            await Task.Delay(FirstPause * (1 << (round - 1)), time, cancel).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<(int Entry, bool IsUnreadable)>> BuildAsync(Workspace workspace, PullPlan plan, IOpenPull pull, ContentCache? cache, CancellationToken cancel)
    {
        var record = Record(pull.Head, new KnownTree(plan.Tree, []));
        var counts = new BuildCounts();
        Counts = counts;
        Stage = PullStage.Building;
        var (next, salvage) = await Task.Run(() => workspace.Begin(record, cancel), cancel).ConfigureAwait(false);
        using (next)
        using (var source = workspace.OpenSource())
        {
            CheckSpace(workspace, plan, salvage);
            var build = new Build(plan, salvage, cache, workspace.UsualOwner, counts) { HasChunks = pull.Head.HasChunks && source is not null };
            await build.RunAsync(next, source, pull, cancel).ConfigureAwait(false);
            var missing = build.Missing();
            if (missing.Count > 0) return missing;
            Stage = PullStage.Finishing;
            await Task.Run(() =>
            {
                if (options.KeepsExtras && source is not null) ExtraKeeper.Keep(plan, source, next, cancel);
                workspace.Commit(next, record with { Known = new KnownTree(plan.Tree, build.Stamps) }, build.HasLinks, cancel);
                workspace.Leave();
            }, cancel).ConfigureAwait(false);
            return missing;
        }
    }

    private (DiskDirectory Disk, bool IsKnown) CheckOurs(Workspace workspace, (DiskDirectory Disk, bool IsKnown) survey)
    {
        if (options.Force || survey.Disk.Items.Length == 0) return survey;
        if (!workspace.IsWorkspace)
            throw new WorkspaceException(WorkspaceTrouble.Foreign, $"{options.Directory} is not empty, and no pull has made it what it is: what the share has not would be deleted. Pull with --force (and --keep-extra, to keep it), or into another directory.");
        if (workspace.Index is { } index && (index.Host != options.Host || index.Share != options.Share || index.SubPath != options.SubPath))
            throw new WorkspaceException(WorkspaceTrouble.Foreign, $"{options.Directory} was pulled from {(index.SubPath.Length == 0 ? "" : index.SubPath + " of ")}share {index.Share}{(index.Host == options.Host ? "" : " of another host")}. Pull with --force to make it something else, or into another directory.");
        return survey;
    }

    private async Task<PullPlan> PlanAsync(Workspace workspace, PulledTree tree, DiskDirectory disk, CancellationToken cancel)
    {
        var plan = PullPlan.Of(tree, workspace.Index?.Known ?? KnownTree.Nothing, disk, !options.Verifies);
        if (plan.Unsure.Count > 0)
        {
            using var source = workspace.OpenSource();
            var results = new ConcurrentDictionary<int, bool>();
            await Task.Run(() => ReadUnsure(plan, source!, results, cancel), cancel).ConfigureAwait(false);
            foreach (var (entry, _) in plan.Unsure) plan.Settle(entry, results[entry]);
        }

        plan.FindMoved(!options.Verifies);
        return plan;
    }

    private static void ReadUnsure(PullPlan plan, TreeRoot source, ConcurrentDictionary<int, bool> results, CancellationToken cancel) =>
        Parallel.ForEach(plan.Unsure, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, static () => new FileHash(), (unsure, _, hash) =>
        {
            var entry = plan.Tree.Entries[unsure.Entry];
            results[unsure.Entry] = false;
            if (source.Open(plan.Tree.PathOf(entry.Parent), out var directory) != FsError.None) return hash;
            using (directory)
            {
                if (entry.Kind == EntryKind.Symlink)
                {
                    results[unsure.Entry] = directory!.ReadLink(entry.Name, out var target) == FsError.None && target == entry.LinkTarget;
                    return hash;
                }

                if (directory!.OpenRead(entry.Name, out var file) != FsError.None) return hash;
                using (file) results[unsure.Entry] = hash.Of(file!, entry.Size, out var content) == FsError.None && content == entry.Content;
            }

            return hash;
        }, static hash => hash.Dispose());

    private static void CheckSpace(Workspace workspace, PullPlan plan, Salvage salvage)
    {
        var needed = 0L;
        for (var i = 0; i < plan.Tree.Count; i++)
            if (plan.Tree.Entries[i].Kind == EntryKind.File && plan.Actions[i] == EntryAction.Make) needed += plan.Tree.Entries[i].Size;
        foreach (var (entry, _) in salvage.Placed)
            if (plan.Actions[entry] == EntryAction.Make) needed -= plan.Tree.Entries[entry].Size;
        foreach (var part in salvage.Parts.Values) needed -= part;
        var free = workspace.Free();
        if (needed > free)
            throw new WorkspaceException(WorkspaceTrouble.Full, $"The new tree needs {needed:#,0} bytes more beside {workspace.Path}, and {free:#,0} are free. Free some space, and pull again.");
    }

    private WorkspaceRecord Record(PullHead head, KnownTree known) => new(options.Host, options.Share, options.SubPath, head.Revision, known);

    private static FileStamp[] StampsOf(PullPlan plan) => Array.ConvertAll(plan.Stats, static s => s.Kind == EntryKind.Directory ? default : s.Stamp);

    private PullResult Describe(PullPlan plan, PullHead head)
    {
        var items = new List<PullItem>();
        for (var i = 0; i < plan.Changes.Length; i++)
            if (plan.Changes[i] != EntryChange.None) items.Add(new PullItem(plan.Tree.PathOf(i), plan.Tree.Entries[i].Kind, plan.Changes[i], plan.Tree.Entries[i].Size));
        var deleted = plan.Extras.Where(e => e.IsOurs || !options.KeepsExtras).ToList();
        items.AddRange(deleted.Select(static e => new PullItem(e.Path, e.Item.Stat.Kind, EntryChange.Deleted, e.Item.Stat.Kind == EntryKind.File ? e.Item.Stat.Stamp.Size : 0)));
        return new PullResult
        {
            Revision = head.Revision,
            Tag = head.Tag,
            Tree = plan.Tree,
            IsUnchanged = plan.IsDone(options.KeepsExtras),
            Created = plan.Changes.AsSpan().Count(EntryChange.Created),
            Updated = plan.Changes.AsSpan().Count(EntryChange.Updated),
            Touched = plan.Changes.AsSpan().Count(EntryChange.Touched),
            Deleted = deleted.Count,
            Kept = plan.Extras.Count - deleted.Count,
            Items = items,
        };
    }
}
