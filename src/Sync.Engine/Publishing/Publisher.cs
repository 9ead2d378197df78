using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Store;
using Sync.Engine.Transfer;

namespace Sync.Engine.Publishing;

/// <summary>
/// Makes a directory of a share the same as one of this machine, once, without a replica: it is told what the share has, and proposes the
/// difference as any guest would, so that what another changes at the same time is a conflict and not lost.
/// </summary>
public static class Publisher
{
    /// <summary>Pushes a directory. Returns when all of it is durable on the host, or is told as a conflict or problem.</summary>
    /// <param name="options">What to push, and where to.</param>
    /// <param name="connector">The way to the host.</param>
    /// <param name="progress">Told from several threads.</param>
    /// <param name="cancel">Gives up; what the host has accepted by then stays.</param>
    /// <exception cref="LinkException">The host is not reached, or refuses.</exception>
    /// <exception cref="PublishException">Nothing, or not all, was pushed.</exception>
    public static async Task<PublishResult> RunAsync(PublishOptions options, IHostConnector connector, IProgress<PublishProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(connector);
        using var files = Open(options.Directory);
        var manifests = options.DataDirectory is { } kept ? new ManifestStore(kept, options.Time) : ManifestStore.InMemory(options.Time);
        var (session, missing) = await OpenAsync(options, connector, cancel).ConfigureAwait(false);
        await using (session)
        {
            CheckMayWrite(options, session.Welcome);
            var reader = new PublishedTreeReader(files, manifests, progress);
            var reading = Task.Run(() => reader.Read(session.Welcome.Policy, options.SubPath, cancel), cancel);
            var told = session.TreeAsync(cancel);
            // Whichever fails first tells why.
            await (await Task.WhenAny(reading, told).ConfigureAwait(false)).ConfigureAwait(false);
            var (tree, remote) = (await reading.ConfigureAwait(false), await told.ConfigureAwait(false));
            if (files.Stat("", out var self) is var error and not FsError.None) throw Unreadable(options.Directory, error);
            var target = Target(options, session, remote, missing);
            var nowNs = (options.Time.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks * 100;
            var plan = PublishPlanner.Plan(tree, self, target, options.KeepExtra, session.Welcome.Policy.Ownership, files.Traits.HasModes, nowNs);
            CheckDeletions(options, session.Welcome.Policy, tree, plan);
            var result = new PublishResult
            {
                Revision = session.Welcome.Head,
                Items = [.. plan.All.Select(s => s.Item)],
                Unchanged = plan.Unchanged,
                Bytes = tree.Bytes,
                Skipped = tree.Skipped,
            };
            return options.DryRun ? result : await SendAsync(session, files, manifests, reader, tree, remote, plan, result, progress, cancel).ConfigureAwait(false);
        }
    }

    private static async Task<PublishResult> SendAsync(
        PublishSession session, IFileSystem files, ManifestStore manifests, PublishedTreeReader reader, PublishedTree tree, JournalTree remote, PublishPlan plan, PublishResult result,
        IProgress<PublishProgress>? progress, CancellationToken cancel)
    {
        var contents = new PublishedContents();
        foreach (var entry in tree.Entries)
            if (entry.Kind == EntryKind.File) contents.Add(entry);
        var hostHas = new HashSet<ContentId>();
        foreach (var entry in remote.All)
            if (entry is { Kind: EntryKind.File, Deleted: false }) hostHas.Add(entry.Content);
        var toSend = plan.Steps.Where(s => s.Source is not null && !hostHas.Contains(s.Change.Entry.Content)).DistinctBy(s => s.Change.Entry.Content).Sum(s => s.Change.Entry.Size);
        var sender = new ContentSender(files, manifests, new SmallContents(0), contents);
        var steps = result.Items.Count;
        var proposing = new Proposing(
            session, files, reader, contents, sender, hostHas, remote.Find, (settled, sent) => progress?.Report(new PublishProgress(PublishStage.Sending, settled, steps, sent, toSend)));
        await proposing.RunAsync(plan, cancel).ConfigureAwait(false);
        progress?.Report(new PublishProgress(PublishStage.Placing, steps, steps, proposing.BytesSent, proposing.BytesSent));
        var reached = await session.FlushAsync(cancel).ConfigureAwait(false);
        return result with
        {
            Revision = reached.Revision,
            BytesSent = proposing.BytesSent,
            Conflicts = proposing.Conflicts,
            Problems = [.. proposing.Problems, .. reached.Problems.Where(p => Concerns(p, plan))],
        };
    }

    /// <summary>The host's problems elsewhere in the share are not the push's.</summary>
    private static bool Concerns(Problem problem, PublishPlan plan) =>
        problem.Path == "." || plan.All.Any(s => s.Item.Path == problem.Path || problem.Path.StartsWith(s.Item.Path + "/", StringComparison.Ordinal));

    private static IFileSystem Open(string directory)
    {
        var error = FileSystems.OpenToRead(directory, out var files);
        return error == FsError.None ? files! : throw Unreadable(directory, error);
    }

    private static PublishException Unreadable(string directory, FsError error) =>
        new(PublishFailure.Unreadable, $"'{directory}' cannot be read: {error.InWords()}; name a directory that can");

    /// <summary>Opens a session on the directory in the share; where it is missing, on the nearest above it.</summary>
    private static async Task<(PublishSession Session, string[] Missing)> OpenAsync(PublishOptions options, IHostConnector connector, CancellationToken cancel)
    {
        var names = options.SubPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var hello = new SessionHello { Share = options.Share, SubPath = options.SubPath, Process = options.Process, IsVisit = true };
        try
        {
            return (await PublishSession.OpenAsync(connector, hello, cancel).ConfigureAwait(false), []);
        }
        catch (LinkException e) when (e.Failure == LinkFailure.NoSuchShare && names.Length > 0)
        {
            // All of the share is told then: which of the directories above is there, and what is not.
            return (await PublishSession.OpenAsync(connector, hello with { SubPath = "" }, cancel).ConfigureAwait(false), names);
        }
    }

    private static PublishTarget Target(PublishOptions options, PublishSession session, JournalTree remote, string[] names)
    {
        if (names.Length == 0) return new PublishTarget(remote, session.Welcome.Root, [], options.SubPath);
        var (at, path) = (session.Welcome.Root, "");
        for (var i = 0; i < names.Length; i++)
        {
            if (remote.Child(at, names[i]) is not { } there) return new PublishTarget(remote, at, names[i..], path);
            path = path.Length == 0 ? names[i] : path + "/" + names[i];
            if (there.Kind != EntryKind.Directory)
                throw new PublishException(PublishFailure.InTheWay, $"'{path}' in share {options.Share} is no directory; remove it, or push to another place");
            at = there.Id;
        }

        // It was made in between.
        return new PublishTarget(remote, at, [], path);
    }

    private static void CheckMayWrite(PublishOptions options, HostMessage.Welcome welcome)
    {
        if (welcome.ReadOnly) throw new LinkException(LinkFailure.NotAllowed, $"This guest may only read the share {options.Share}: ask for an invite without --read-only.");
        if (welcome.Direction is SyncDirection.ReceiveOnly or SyncDirection.Mirror)
            throw new LinkException(LinkFailure.NotAllowed, $"The share {options.Share} only goes to its guests: its host has to change the direction ('sync-host share set', 'sync-host guest set').");
    }

    private static void CheckDeletions(PublishOptions options, SharePolicy policy, PublishedTree tree, PublishPlan plan)
    {
        if (options.Force || plan.Deletions == 0) return;
        var where = options.SubPath.Length == 0 ? options.Share : $"{options.Share}/{options.SubPath}";
        if (tree.Entries.Count == 0)
            throw new PublishException(PublishFailure.TooManyDeletions, $"'{options.Directory}' has nothing to push, and {where} has {plan.Remote} entries: nothing was deleted; if that is meant, push with --force");
        if (plan.Deletions >= DeletionGuard.MinMassDelete && policy.MaxDeletePercent < 100 && plan.Deletions * 100L > plan.Remote * policy.MaxDeletePercent)
            throw new PublishException(PublishFailure.TooManyDeletions, $"{plan.Deletions} of {plan.Remote} entries of {where} would be deleted: nothing was pushed; if that is meant, push with --force, or keep them with --keep-extra");
    }
}
