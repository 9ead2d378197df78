using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Watching;

namespace Sync.Simulation.Tests.Mutants;

/// <summary>What is broken on purpose, to see whether the checks see it.</summary>
internal static class Mutations
{
    private static readonly Revision Latest = new(long.MaxValue / 2);

    public static IReadOnlyList<Mutation> All { get; } =
    [
        Files("exchange-replaces", Flaw.ExchangeReplaces, "Replacing exchanges two names, and what comes out is kept."),
        Files("no-replace-replaces", Flaw.NoReplaceReplaces, "Creating refuses to replace what stands at the name."),
        Files("sync-nothing", Flaw.SyncDoesNothing, "An acknowledged revision survives power loss; data is synced before the commit that tells of it."),
        Files("target-not-looked-at", Flaw.StatIsOld, "The target is still what the plan saw."),
        Files("mtime-not-set", Flaw.MtimeIsNotSet, "A placed file has its mtime, last of all."),
        Files("mode-not-set", Flaw.ModeIsNotSet, "A placed file has its mode."),
        Files("removes-full-directories", Flaw.RemovesFullDirectories, "Directories go by plain rmdir, never recursively."),
        Files("list-misses-names", Flaw.ListMissesNames, "A listing is whole, or an error."),
        Files("errors-are-absence", Flaw.ErrorsAreAbsence, "A read error never becomes a delete."),
        Files("versions-dropped", Flaw.VersionsAreDropped, "What is displaced or deleted goes to the version store."),
        Files("displaced-dropped", Flaw.DisplacedIsDropped, "What is written late to a displaced file comes back."),
        Files("staging-not-removed", Flaw.StagingIsNotRemoved, "Nothing is left in staging."),
        Files("writes-short", Flaw.WritesAreShort, "What is placed is what was received, whole."),
        Files("removal-forgotten", Flaw.RemovalIsForgotten, "A directory that was deleted there goes here."),
        Files("links-elsewhere", Flaw.LinksPointElsewhere, "A link keeps its target."),
        Events("events-lost", "What happens is told.", static (_, n) => n % 10 == 0),
        Events("closes-lost", "A file that was closed is looked at.", static (e, _) => e.Change is WatchChange.Closed or WatchChange.Modified),
        Events("arrivals-lost", "What is moved to a name is told.", static (e, _) => e.Change == WatchChange.MovedTo),
        Events("removals-lost", "What is removed is told.", static (e, _) => e.Change is WatchChange.Removed or WatchChange.MovedFrom),
        Events("overflow-not-told", "Lost events lead to a look at everything.", static (e, _) => e.Change == WatchChange.Overflow),
        Events("attributes-lost", "A changed mode or time is told.", static (e, _) => e.Change == WatchChange.Attributes),
        Store("index-commits-lost", "index.db", true, "A commit that has returned is there after a restart (index)."),
        Store("journal-commits-lost", "journal.db", true, "A commit that has returned is there after a restart (journal)."),
        Store("index-commits-torn", "index.db", false, "A commit is all or nothing (index)."),
        Store("journal-commits-torn", "journal.db", false, "A commit is all or nothing (journal)."),
        Down("entries-lost", "What was decided is told to every session.", static (m, n) => m is HostMessage.Entries && n % 8 == 0 ? null : m),
        Down("outcomes-lost", "Each proposal gets an outcome.", static (m, n) => m is HostMessage.Outcomes && n % 8 == 0 ? null : m),
        Down("committed-lost", "What is durable is told to be.", static (m, n) => m is HostMessage.Committed && n > 6 ? null : m),
        Down("entry-misnamed", "An entry arrives as it was decided.", static (m, n) => m is HostMessage.Entries e && n % 8 == 0 ? e with { Items = [.. e.Items.Select(i => i with { Name = i.Name + "x" })] } : m),
        Down("one-entry-less", "A message is taken whole.", static (m, _) => m is HostMessage.Entries { Items.Count: > 1 } e ? e with { Items = [.. e.Items.Skip(1)] } : m),
        Down("deletes-revived", "A tombstone is one.", static (m, _) => m is HostMessage.Entries e ? e with { Items = [.. e.Items.Select(i => i with { Deleted = false })] } : m),
        Down("direction-forged", "A replica that only receives, or may only read, sends nothing, and lists what differs.", static (m, _) => m switch
        {
            HostMessage.Welcome welcome => welcome with { Direction = SyncDirection.TwoWay, ReadOnly = false },
            HostMessage.PolicyChanged changed => changed with { Direction = SyncDirection.TwoWay, ReadOnly = false },
            _ => m,
        }) with { Arguments = " --directions --readers" },
        Up("proposals-lost", "What was proposed reaches the host, or the link breaks.", static (m, n) => m is GuestMessage.Propose && n % 8 == 0 ? null : m),
        Up("base-forged", "A proposal names the revision it was based on (content).", static (m, _) => Change(m, static c => c with { BaseContent = Latest })) with { Arguments = " --faults=BreakLink" },
        Up("delete-beats-edit", "An edit beats a delete.", static (m, _) => Change(m, static c => c.Entry.Deleted ? c with { BaseContent = Latest, BasePlace = Latest } : c)) with { Arguments = " --faults=BreakLink" },
        Up("deletes-not-proposed", "What is deleted here is deleted there.", static (m, _) => m is GuestMessage.Propose p ? new GuestMessage.Propose(p.Proposal with { Changes = [.. p.Proposal.Changes.Where(c => !c.Entry.Deleted)] }) : m),
    ];

    private static Mutation Files(string name, Flaw flaw, string promise) => new(name, promise)
    {
        Site = site =>
        {
            var dice = new Kernel.Dice((ulong)site.Number + 77);
            site.WrapFiles = files => new FlawedFileSystem(files, flaw, dice);
        },
    };

    private static Mutation Events(string name, string promise, Func<WatchEvent, int, bool> isLost) => new(name, promise)
    {
        Site = site =>
        {
            var number = 0;
            site.LosesEvent = e => isLost(e, ++number);
        },
    };

    private static Mutation Store(string name, string store, bool loses, string promise) => new(name, promise)
    {
        Site = site =>
        {
            var dice = new Kernel.Dice((ulong)site.Number + 78);
            site.WrapStore = (which, inner) => which == store ? new FlawedStore(inner, loses, dice) : inner;
        },
    };

    private static Mutation Down(string name, string promise, Func<HostMessage, int, HostMessage?> change) => new(name, promise)
    {
        Network = network =>
        {
            var number = 0;
            network.ChangeDown = m => change(m, ++number);
        },
    };

    private static Mutation Up(string name, string promise, Func<GuestMessage, int, GuestMessage?> change) => new(name, promise)
    {
        Network = network =>
        {
            var number = 0;
            network.ChangeUp = m => change(m, ++number);
        },
    };

    private static GuestMessage Change(GuestMessage message, Func<Change, Change> change) =>
        message is GuestMessage.Propose p ? new GuestMessage.Propose(p.Proposal with { Changes = [.. p.Proposal.Changes.Select(change)] }) : message;
}
