using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Journal;

/// <summary>
/// Orders changes: accepts each facet whose revision is still the one it was based on, else ends the conflict by policy.
/// Pure but for the tree it is given: no clock, no disk. Every decision leaves a well-formed tree: no cycle, no two at one name, no orphan.
/// </summary>
internal sealed class Decider(JournalTree tree, Func<string, ConflictPolicy> policyFor)
{
    /// <summary>Past this many copies of one path in an hour the loser is no longer given a name of its own (it becomes a version).</summary>
    private const int CopiesAnHour = 20;

    private const int MaxPathBytes = 4096;

    /// <summary>Entries, forgotten ones not counted, beyond which guests add none: some 5 GB of memory here, and on every guest.</summary>
    public int MaxEntries { get; init; } = 16 << 20;

    private readonly Dictionary<EntryId, (long HourStart, int Count)> _copies = [];
    private List<Entry> _changed = [];
    private Revision _revision;

    /// <summary>What entries contained before.</summary>
    public EarlierContents Earlier { get; init; } = new();

    /// <summary>The id given next.</summary>
    public long NextId { get; set; } = EntryId.Root.Value + 1;

    /// <summary>The last revision given.</summary>
    public Revision Head { get; set; }

    /// <summary>Decides on one change. Changed entries are appended to <paramref name="changed"/>, each with a new revision.</summary>
    public Outcome Decide(Proposer proposer, Change change, DateTimeOffset now, List<Entry> changed)
    {
        _changed = changed;
        _revision = new Revision(Head.Value + 1);
        var count = changed.Count;
        var outcome = DecideCore(proposer, change, now);
        if (changed.Count > count) Head = _revision;
        // After what stood there at its base.
        if (change.Passed.Count > 0 && outcome.Verdict == Verdict.Accepted && tree.Find(outcome.Id) is not null) Earlier.AddPassed(outcome.Id, change.Passed, Head);
        return outcome with { Revision = Head };
    }

    private Outcome DecideCore(Proposer proposer, Change change, DateTimeOffset now)
    {
        var wanted = change.Entry;
        if (proposer.ReadOnly) return Answer(change, wanted.Id, Verdict.Refused, "read-only");
        if (change.Distinct) proposer.Ids.Remove(wanted.Id.Value);
        var id = Resolve(proposer, wanted.Id);
        var parent = Resolve(proposer, wanted.Parent);
        wanted = wanted with
        {
            Id = id,
            Parent = parent,
            ByHost = proposer.IsHost,
            ObservedNs = change.ObservedNs + proposer.ClockOffsetNs,
        };
        if (wanted.Name == ".sync" && parent == EntryId.Root) return Answer(change, id, Verdict.Refused, "the name belongs to the replica itself");
        if (id == EntryId.Root) return Answer(change, id, Verdict.Refused, "the root is not an entry");
        var current = tree.Find(id);
        if (!wanted.Deleted && change.Facets.HasFlag(Facets.Place) && !parent.IsProvisional && tree.Find(parent) is null) return Answer(change, parent, Verdict.Unknown);
        if (id.IsProvisional) return wanted.Deleted ? Answer(change, id, Verdict.Accepted) : Create(proposer, change, wanted, now);
        if (current is null) return wanted.Deleted ? Answer(change, id, Verdict.Accepted) : Answer(change, id, Verdict.Unknown);
        if (current.Kind != wanted.Kind) return Answer(change, id, Verdict.Refused, "no such entry");
        if (!IsInScope(proposer, current.Parent)) return Answer(change, id, Verdict.Refused, "outside of the joined part");

        if (current.Deleted) return wanted.Deleted ? Answer(change, id, Verdict.Accepted) : Revive(proposer, change, wanted, current, now);
        if (wanted.Deleted) return Delete(change, current);

        var verdict = Verdict.Accepted;
        if (change.Facets.HasFlag(Facets.Mode)) Worse(ref verdict, SetMode(change, wanted));
        if (change.Facets.HasFlag(Facets.Content)) Worse(ref verdict, SetContent(proposer, change, wanted, now));
        if (change.Facets.HasFlag(Facets.Place)) Worse(ref verdict, Move(proposer, change, wanted, now));
        return Answer(change, id, verdict);
    }

    private Outcome Create(Proposer proposer, Change change, Entry wanted, DateTimeOffset now)
    {
        // The host has it no more, or elsewhere: it never was.
        if (change.IsHearsay && tree.Find(wanted.Parent) is { } former && (former.Deleted || tree.Child(former.Id, wanted.Name) is not { } namesake || namesake.Kind != wanted.Kind))
            return Answer(change, Add(proposer, wanted, former.Id, wanted.Name, deleted: true), Verdict.Accepted);
        if (Destination(proposer, wanted.Parent) is not { } parent) return Answer(change, wanted.Id, Verdict.Retry, "unknown parent");
        if (TooLong(parent, wanted.Name)) return Answer(change, wanted.Id, Verdict.Refused, "the path is too long");
        if (tree.Count >= MaxEntries && !proposer.IsHost) return Answer(change, wanted.Id, Verdict.Refused, "the share has as many entries as it may");
        var occupant = tree.Child(parent.Id, wanted.Name);
        if (occupant is null) return Answer(change, Add(proposer, wanted, parent.Id, wanted.Name), Verdict.Accepted);

        if (!change.Distinct && occupant.Kind == wanted.Kind && (occupant.Kind == EntryKind.Directory || SameBytes(occupant, wanted)))
        {
            // The same on both sides is no conflict; mode and mtime are the journal's.
            proposer.Bind(change.Entry, occupant.Id);
            return Answer(change, occupant.Id, Verdict.Accepted);
        }

        if (!change.Distinct && occupant.Kind == wanted.Kind && (change.IsHearsay || Earlier.Had(occupant, wanted.Content, Revision.Zero)))
        {
            proposer.Bind(change.Entry, occupant.Id);
            return Answer(change, occupant.Id, Verdict.Lost);
        }

        if (!change.Distinct && (ProposerWins(proposer, wanted, occupant) || HasPassed(change, occupant)))
        {
            if (occupant.Kind == wanted.Kind)
            {
                proposer.Bind(change.Entry, occupant.Id);
                Set(WithContent(WithMode(occupant, wanted), wanted));
                return Answer(change, occupant.Id, Verdict.Accepted);
            }

            Set(WithPlace(occupant, occupant.Parent, FreeName(parent.Id, occupant.Name, proposer.IsHost ? "guest" : "host", now)));
            return Answer(change, Add(proposer, wanted, parent.Id, wanted.Name), Verdict.Accepted);
        }

        if (!change.Distinct && FindCopy(proposer, parent.Id, wanted) is { } copy)
        {
            proposer.Bind(change.Entry, copy.Id);
            return Answer(change, copy.Id, Verdict.ConflictCopy);
        }

        var name = FreeName(parent.Id, wanted.Name, proposer.Name, now);
        return Answer(change, Add(proposer, wanted, parent.Id, name), Verdict.ConflictCopy);
    }

    private Outcome Revive(Proposer proposer, Change change, Entry wanted, Entry tombstone, DateTimeOffset now)
    {
        // An edit or a move beats a delete; a mode or a touch does not.
        var isTouch = (change.Facets & Facets.Place) == 0 && SameBytes(tombstone, wanted);
        // Nor does what was to be placed and has been overtaken since. (In a directory: what somebody has put in it brings it back.)
        if (change.IsHearsay) return Answer(change, tombstone.Id, Verdict.Lost);
        // Nor does what was overtaken before the deletion.
        if (!isTouch && change.Facets.HasFlag(Facets.Content) && !change.Facets.HasFlag(Facets.Place) && Earlier.Had(tombstone, wanted.Content, change.BaseContent)) return Answer(change, tombstone.Id, Verdict.Lost);
        if (isTouch || (change.Facets & (Facets.Place | Facets.Content)) == 0) return Answer(change, tombstone.Id, Verdict.Lost);
        // It was edited before it was deleted, and those bytes may be nowhere any more: what the proposer has lives on as something new.
        if (tombstone.Kind == EntryKind.File && !change.Facets.HasFlag(Facets.Content) && !SameBytes(tombstone, wanted)) return Answer(change, tombstone.Id, Verdict.Unknown);
        var place = change.Facets.HasFlag(Facets.Place) ? wanted : tombstone;
        if (Destination(proposer, place.Parent) is not { } parent || tree.IsWithin(parent.Id, tombstone.Id))
            return Answer(change, tombstone.Id, Verdict.Retry, "unknown parent");
        if (TooLong(parent, place.Name)) return Answer(change, tombstone.Id, Verdict.Refused, "the path is too long");
        var occupant = tree.Child(parent.Id, place.Name);
        var name = occupant is null ? place.Name : FreeName(parent.Id, place.Name, proposer.Name, now);
        var revived = WithPlace(tombstone with { Deleted = false }, parent.Id, name);
        if (change.Facets.HasFlag(Facets.Content)) revived = WithContent(revived, wanted);
        if (change.Facets.HasFlag(Facets.Mode)) revived = WithMode(revived, wanted);
        Set(revived);
        return Answer(change, tombstone.Id, occupant is null ? Verdict.Accepted : Verdict.ConflictCopy);
    }

    private Outcome Delete(Change change, Entry current)
    {
        // An edit or a move beats a delete, and what lives in a directory keeps it alive.
        var changedSince = (Earlier.BytesSince(current) > change.BaseContent && !HasPassed(change, current)) || current.PlaceRevision > change.BasePlace;
        if (current.Kind == EntryKind.Directory) changedSince = current.PlaceRevision > change.BasePlace || tree.ChildCount(current.Id) > 0;
        if (changedSince) return Answer(change, current.Id, Verdict.Lost);
        Set(current with { Deleted = true, PlaceRevision = _revision });
        return Answer(change, current.Id, Verdict.Accepted);
    }

    private Verdict SetMode(Change change, Entry wanted)
    {
        var current = tree.Find(wanted.Id)!;
        if (current.Mode == wanted.Mode && (wanted.Owner is null || current.Owner == wanted.Owner)) return Verdict.Accepted;
        if (current.ModeRevision > change.BaseMode) return Verdict.Lost;
        Set(WithMode(current, wanted));
        return Verdict.Accepted;
    }

    private Verdict SetContent(Proposer proposer, Change change, Entry wanted, DateTimeOffset now)
    {
        var current = tree.Find(wanted.Id)!;
        if (change.IsHearsay && !SameBytes(current, wanted)) return Verdict.Lost;
        if (current.ContentRevision > change.BaseContent)
        {
            // A differing mtime alone is no conflict: the journal's stands.
            if (SameBytes(current, wanted)) return Verdict.Accepted;
            // What the proposer has was overtaken; it is no edit of what stands.
            if (Earlier.Had(current, wanted.Content, change.BaseContent)) return Verdict.Lost;
            // Only its mtime was set here since: an edit beats that. So it does what the proposer wrote itself, and has been told again by another.
            if (Earlier.BytesSince(current) > change.BaseContent && !HasPassed(change, current) && !ProposerWins(proposer, wanted, current)) return KeepLoser(proposer, change.Distinct, wanted, current, now);
        }

        Set(WithContent(current, wanted));
        return Verdict.Accepted;
    }

    private Verdict KeepLoser(Proposer proposer, bool isDistinct, Entry wanted, Entry current, DateTimeOffset now)
    {
        var policy = PolicyFor(proposer, current);
        // Between two guests neither "host" nor "guest" tells who wins: keep both.
        var sameSide = policy is ConflictPolicy.HostWins or ConflictPolicy.GuestWins && proposer.IsHost == current.ByHost;
        if (policy != ConflictPolicy.KeepBoth && !sameSide) return Verdict.Lost;
        // Who renames a conflict copy over the original, which another has edited meanwhile, loses again: the copy that has his bytes is the one that he has just taken away.
        if (!isDistinct && FindCopy(proposer, current.Parent, wanted with { Name = current.Name }) is not null) return Verdict.ConflictCopy;
        var hour = now.ToUnixTimeSeconds() / 3600;
        var copies = _copies.GetValueOrDefault(current.Id);
        if (copies.HourStart != hour) copies = (hour, 0);
        if (copies.Count >= CopiesAnHour) return Verdict.Lost;
        _copies[current.Id] = (hour, copies.Count + 1);
        Add(proposer, wanted with { Mode = current.Mode, Owner = current.Owner }, current.Parent, FreeName(current.Parent, current.Name, proposer.Name, now));
        return Verdict.ConflictCopy;
    }

    private Verdict Move(Proposer proposer, Change change, Entry wanted, DateTimeOffset now)
    {
        var current = tree.Find(wanted.Id)!;
        if (current.Parent == wanted.Parent && current.Name == wanted.Name) return Verdict.Accepted;
        if (current.PlaceRevision > change.BasePlace && !ProposerWins(proposer, wanted, current)) return Verdict.Lost;
        if (Destination(proposer, wanted.Parent) is not { } parent || tree.IsWithin(parent.Id, current.Id) || TooLong(parent, wanted.Name) || TooLongBelow(parent, wanted.Name, current))
            return Verdict.Lost;
        var occupant = tree.Child(parent.Id, wanted.Name);
        if (occupant is null || occupant.Id == current.Id)
        {
            Set(WithPlace(current, parent.Id, wanted.Name));
            return Verdict.Accepted;
        }

        if (occupant.Kind == EntryKind.File && SameBytes(occupant, current) && occupant.Kind == current.Kind)
        {
            Set(current with { Deleted = true, PlaceRevision = _revision });
            return Verdict.Accepted;
        }

        Set(WithPlace(current, parent.Id, FreeName(parent.Id, wanted.Name, proposer.Name, now)));
        return Verdict.ConflictCopy;
    }

    /// <summary>The directory, revived with all its parents if it was deleted: what lives in it keeps it alive.</summary>
    private Entry? Destination(Proposer proposer, EntryId id)
    {
        if (tree.Find(id) is not { Kind: EntryKind.Directory } directory || !IsInScope(proposer, id)) return null;
        if (!directory.Deleted) return directory;
        if (Destination(proposer, directory.Parent) is not { } parent) return null;
        if (tree.Child(parent.Id, directory.Name) is { } occupant)
        {
            // Someone else has the name by now: a directory takes over, from anything else it steps aside.
            if (occupant.Kind == EntryKind.Directory) return occupant;
            directory = directory with { Name = FreeName(parent.Id, directory.Name, proposer.Name, DateTimeOffset.UnixEpoch.AddTicks(directory.ObservedNs / 100)) };
        }

        // Its parents may have been moved since.
        if (TooLong(parent, directory.Name)) return null;
        var revived = WithPlace(directory with { Deleted = false }, parent.Id, directory.Name);
        Set(revived);
        return revived;
    }

    private bool IsInScope(Proposer proposer, EntryId id) =>
        proposer.Root == default || proposer.Root == EntryId.Root || tree.IsWithin(id, proposer.Root);

    private EntryId Add(Proposer proposer, Entry wanted, EntryId parent, string name, bool deleted = false)
    {
        var id = new EntryId(NextId++);
        if (wanted.Id.IsProvisional) proposer.Bind(wanted, id);
        Set(wanted with
        {
            Id = id,
            Parent = parent,
            Name = name,
            Deleted = deleted,
            PlaceRevision = _revision,
            ContentRevision = _revision,
            ModeRevision = _revision,
        });
        return id;
    }

    private void Set(Entry entry)
    {
        if (tree.Find(entry.Id) is { Kind: EntryKind.File } before && before.ContentRevision != entry.ContentRevision) Earlier.Add(before, entry.Content);
        tree.Set(entry);
        for (var i = _changed.Count - 1; i >= 0 && _changed[i].Revision == _revision; i--)
        {
            if (_changed[i].Id != entry.Id) continue;
            _changed[i] = entry;
            return;
        }

        _changed.Add(entry);
    }

    private Entry WithPlace(Entry entry, EntryId parent, string name) => entry with { Parent = parent, Name = name, PlaceRevision = _revision };

    private Entry WithMode(Entry entry, Entry wanted) =>
        entry with { Mode = wanted.Mode, Owner = wanted.Owner ?? entry.Owner, ModeRevision = _revision };

    private Entry WithContent(Entry entry, Entry wanted) => entry with
    {
        Content = wanted.Content,
        Size = wanted.Size,
        MtimeNs = wanted.MtimeNs,
        LinkTarget = wanted.LinkTarget,
        ByHost = wanted.ByHost,
        // A touch makes no bytes newer than they are.
        ObservedNs = SameBytes(entry, wanted) ? entry.ObservedNs : wanted.ObservedNs,
        ContentRevision = _revision,
    };

    /// <summary>What stands in the journal was written where the change comes from, before it.</summary>
    private static bool HasPassed(Change change, Entry current) =>
        change.Passed.Count > 0 && !current.Content.IsNone && change.Passed.Contains(current.Content.Prefix);

    private static bool SameBytes(Entry a, Entry b) => a.Kind == b.Kind && a.Content == b.Content && a.LinkTarget == b.LinkTarget;

    /// <summary>A conflict copy of the same bytes (or a directory's, of the same replica) that stands here already: proposed twice, because the
    /// link went before the answer came. The original may have another name by now.</summary>
    private Entry? FindCopy(Proposer proposer, EntryId parent, Entry wanted)
    {
        var original = ConflictName.OriginalOf(wanted.Name) ?? wanted.Name;
        foreach (var child in tree.Children(parent))
        {
            if (!SameBytes(child, wanted) || ConflictName.Parse(child.Name) is null) continue;
            if (child.Kind != EntryKind.Directory || (ConflictName.IsOf(child.Name, proposer.Name) && ConflictName.OriginalOf(child.Name) == original)) return child;
        }

        return null;
    }

    private string FreeName(EntryId parent, string name, string replica, DateTimeOffset now) =>
        ConflictName.For(name, replica, now, candidate => tree.Child(parent, candidate) is not null);

    private ConflictPolicy PolicyFor(Proposer proposer, Entry current) => proposer.Conflicts ?? policyFor(tree.PathOf(current));

    private bool ProposerWins(Proposer proposer, Entry wanted, Entry current) => PolicyFor(proposer, current) switch
    {
        ConflictPolicy.HostWins => proposer.IsHost,
        ConflictPolicy.GuestWins => !proposer.IsHost && current.ByHost,
        // Tie to the host.
        ConflictPolicy.NewestWins => wanted.ObservedNs > current.ObservedNs || (wanted.ObservedNs == current.ObservedNs && proposer.IsHost),
        _ => false,
    };

    private bool TooLong(Entry parent, string name) => Length(parent, name) > MaxPathBytes;

    /// <summary>What a directory holds gets longer paths with it: moved often enough, directories would be nested without end.</summary>
    private bool TooLongBelow(Entry parent, string name, Entry moved)
    {
        if (moved.Kind != EntryKind.Directory) return false;
        var length = Length(parent, name);
        return length > System.Text.Encoding.UTF8.GetByteCount(tree.PathOf(moved)) && tree.LongestBelow(moved.Id) > MaxPathBytes - length;
    }

    private int Length(Entry parent, string name) =>
        System.Text.Encoding.UTF8.GetByteCount(tree.PathOf(parent)) + 1 + System.Text.Encoding.UTF8.GetByteCount(name);

    private static EntryId Resolve(Proposer proposer, EntryId id) => id.IsProvisional && proposer.Ids.TryGetValue(id.Value, out var known) ? known : id;

    private Outcome Answer(Change change, EntryId id, Verdict verdict, string? detail = null) => new(change.Entry.Id, id.IsProvisional ? EntryId.None : id, verdict, default, detail);

    private static void Worse(ref Verdict verdict, Verdict other)
    {
        if (other > verdict) verdict = other;
    }
}
