using System.Text;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;

namespace Sync.Engine.Tests.Planning;

/// <summary>A journal and some replicas, all in memory: the trees are the disks. Everything random comes from one seed.</summary>
internal sealed class World
{
    private readonly Random _random;
    private readonly ConflictPolicy _policy;
    private JournalTree _journal = new();
    private Decider _decider;
    private (List<Entry> Entries, long NextId) _durable = ([], EntryId.Root.Value + 1);
    private int _nextContent;

    public World(int seed, int replicas, ConflictPolicy policy = ConflictPolicy.KeepBoth)
    {
        _random = new Random(seed);
        _policy = policy;
        _decider = new Decider(_journal, _ => policy);
        for (var i = 0; i < replicas; i++) Replicas.Add(new MemoryReplica(i == 0 ? "host" : $"guest{i}", i == 0, this));
    }

    public List<MemoryReplica> Replicas { get; } = [];

    /// <summary>Contents that a user wrote and nobody knowingly replaced or deleted.</summary>
    public HashSet<ContentId> Precious { get; } = [];

    /// <summary>Contents that sync displaced into a version store.</summary>
    public HashSet<ContentId> Versions { get; } = [];

    /// <summary>Contents that a user replaced knowingly: none of them may be proposed after that and live.</summary>
    public HashSet<ContentId> Replaced { get; } = [];

    /// <summary>Those of them that were proposed all the same.</summary>
    public HashSet<ContentId> ProposedLate { get; } = [];

    /// <summary>Whether the host died: then what was placed from tentative revisions is proposed by whoever has it, and may come back.</summary>
    public bool Crashed { get; private set; }

    public ulong Epoch { get; private set; } = 1;

    /// <summary>The host that died was killed: its machine ran on.</summary>
    public bool KeepsDisk { get; init; }

    /// <summary>What of its former life became durable.</summary>
    public Revision Kept { get; private set; }

    public Revision Committed { get; private set; }

    public List<string> Log { get; } = [];

    public ContentId NewContent()
    {
        var bytes = new byte[ContentId.Size];
        BitConverter.TryWriteBytes(bytes, ++_nextContent);
        bytes[31] = 1;
        return new ContentId(bytes);
    }

    public int Next(int max) => _random.Next(max);

    /// <summary>Deletions up to here are forgotten.</summary>
    public Revision Forgotten { get; private set; }

    /// <summary>A month goes by.</summary>
    public void Forget()
    {
        Forgotten = Committed;
        foreach (var entry in _journal.All.Where(e => e.Deleted && e.Revision <= Forgotten).ToList()) _journal.Forget(entry.Id);
        _durable = (_durable.Entries.Where(e => !e.Deleted || e.Revision > Forgotten).ToList(), _durable.NextId);
        Log.Add($"forgotten up to {Forgotten}");
    }

    public List<Entry> Catchup(Revision after) => [.. _journal.All.Where(e => e.Revision > after && e.Id != EntryId.Root).OrderBy(e => e.Revision.Value)];

    public Revision Head => _decider.Head;

    public void Decide(MemoryReplica from, IReadOnlyList<Change> changes)
    {
        var changed = new List<Entry>();
        var outcomes = new List<Outcome>();
        var firstNew = _decider.NextId;
        foreach (var change in changes)
        {
            var outcome = _decider.Decide(from.Proposer, change, DateTimeOffset.UnixEpoch.AddHours(Head.Value), changed);
            outcomes.Add(outcome);
            Log.Add($"{from.Name} proposes {change.Facets} {Show(change.Entry)} base {change.BasePlace}/{change.BaseContent} -> {outcome.Verdict} {outcome.Id} {outcome.Revision}");
        }

        foreach (var entry in changed) Log.Add($"  journal {Show(entry)}");
        foreach (var outcome in outcomes)
            if (outcome.Id.Value >= firstNew) from.Withheld.Add(outcome.Id.Value);
        foreach (var replica in Replicas.Where(r => r.Online)) replica.Inbox.Enqueue(new([.. changed.Where(e => !replica.Withheld.Contains(e.Id.Value))]));
        from.Pending.Enqueue((Head, outcomes));
        if (Next(3) == 0) Commit();
    }

    /// <summary>What was decided becomes durable, and is told.</summary>
    public void Commit()
    {
        Committed = Head;
        _durable = ([.. _journal.All], _decider.NextId);
        Log.Add($"commit {Committed}");
        foreach (var replica in Replicas.Where(r => r.Online))
        {
            while (replica.Pending.TryDequeue(out var pending))
            {
                var told = pending.Outcomes.Select(o => o.ProposedId.IsProvisional && replica.Withheld.Remove(o.Id.Value) ? o with { Entry = _journal.Find(o.Id) } : o).ToList();
                replica.Inbox.Enqueue(new([], null, told));
            }

            replica.Inbox.Enqueue(new([], Committed));
        }
    }

    private bool IsAllCommitted => Committed >= Head && Replicas.All(r => r.Pending.Count == 0);

    /// <summary>The host dies, and what was tentative with it; its disk, and all guests, stay as they are.</summary>
    public void CrashHost()
    {
        Log.Add($"host dies at {Head}, durable {Committed}");
        Crashed = true;
        foreach (var replica in Replicas) replica.GoOffline();
        _journal = new JournalTree();
        foreach (var entry in _durable.Entries) _journal.Set(entry);
        _decider = new Decider(_journal, _ => _policy) { Head = Committed, NextId = _durable.NextId + 1000, Earlier = _decider.Earlier };
        Epoch++;
        Kept = Committed;
    }

    public static string Show(Entry? e) => e is null ? "-" : $"#{e.Id} {(e.Deleted ? "DELETED " : "")}{e.Kind} {e.Parent}/{e.Name} {e.Content.ToString()[..6]} {e.Revision}";

    /// <summary>Runs all replicas in random order until nothing is left to do.</summary>
    public void Quiesce()
    {
        for (var round = 0; round < 20_000; round++)
        {
            var busy = Replicas.Where(r => r.HasWork).ToList();
            if (busy.Count == 0)
            {
                if (IsAllCommitted) return;
                Commit();
                continue;
            }

            if (Next(20) == 0 && !IsAllCommitted) Commit();
            busy[Next(busy.Count)].Work();
        }

        throw new InvalidOperationException("No fixpoint in 20,000 rounds.\n" + Dump());
    }

    /// <summary>A random amount of work.</summary>
    public void Stir(int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            Replicas[Next(Replicas.Count)].Work();
            if (Next(8) == 0 && !IsAllCommitted) Commit();
        }
    }

    public string? Check()
    {
        var journal = _journal.All.Where(e => !e.Deleted && e.Id != EntryId.Root).Select(e => $"{_journal.PathOf(e)} {e.Kind} {e.Content} {(e.Kind == EntryKind.File ? e.MtimeNs : 0)} {e.Mode}").Order(StringComparer.Ordinal).ToList();
        foreach (var replica in Replicas)
        {
            if (!replica.Lines().SequenceEqual(journal))
                return $"{replica.Name} differs from the journal.\n" + string.Join('\n', replica.Lines().Except(journal).Select(l => "  extra " + l).Concat(journal.Except(replica.Lines()).Select(l => "  lacks " + l)));
            foreach (var node in replica.Trees.All)
                if (node != replica.Trees.Root && (node.Local is null != node.Synced is null || (node.Local is null && node.IsRemote)))
                    return $"{replica.Name} has not settled {node}: S {Show(node.Synced)} L {Show(node.Local)} R {Show(node.Remote)}";
        }

        var alive = _journal.All.Where(e => !e.Deleted).Select(e => e.Content).ToHashSet();
        foreach (var content in Precious)
            if (!alive.Contains(content) && !Versions.Contains(content)) return $"content {content.ToString()[..6]} is lost";
        return null;
    }

    /// <summary>A conflict copy that nobody needed: of bytes that stand elsewhere, or that had been replaced knowingly.</summary>
    public string? Spurious()
    {
        if (_policy != ConflictPolicy.KeepBoth || Crashed) return null;
        var live = _journal.All.Where(e => e is { Deleted: false, Kind: EntryKind.File }).ToList();
        if (live.GroupBy(e => e.Content).FirstOrDefault(g => g.Count() > 1) is { } twice) return $"content {twice.Key.ToString()[..6]} stands {twice.Count()} times";
        return live.FirstOrDefault(e => ProposedLate.Contains(e.Content)) is { } stale ? $"{Show(stale)} had been replaced knowingly" : null;
    }

    public string Dump()
    {
        var text = new StringBuilder();
        foreach (var line in Log.TakeLast(400)) text.AppendLine(line);
        foreach (var replica in Replicas)
        {
            text.AppendLine(replica.Name);
            foreach (var node in replica.Trees.All.Where(n => !ReferenceEquals(n.Local, n.Remote) || n.Local is null || n.Synced is null))
                text.AppendLine($"  {node.Flags} S {Show(node.Synced)} L {Show(node.Local)} R {Show(node.Remote)}");
        }

        return text.ToString();
    }
}
