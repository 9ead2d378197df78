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
    private readonly JournalTree _journal = new();
    private readonly Decider _decider;
    private int _nextContent;

    public World(int seed, int replicas, ConflictPolicy policy = ConflictPolicy.KeepBoth)
    {
        _random = new Random(seed);
        _decider = new Decider(_journal, _ => policy);
        for (var i = 0; i < replicas; i++) Replicas.Add(new MemoryReplica(i == 0 ? "host" : $"guest{i}", i == 0, this));
    }

    public List<MemoryReplica> Replicas { get; } = [];

    /// <summary>Contents that a user wrote and nobody knowingly replaced or deleted.</summary>
    public HashSet<ContentId> Precious { get; } = [];

    /// <summary>Contents that sync displaced into a version store.</summary>
    public HashSet<ContentId> Versions { get; } = [];

    public List<string> Log { get; } = [];

    public ContentId NewContent()
    {
        var bytes = new byte[ContentId.Size];
        BitConverter.TryWriteBytes(bytes, ++_nextContent);
        bytes[31] = 1;
        return new ContentId(bytes);
    }

    public int Next(int max) => _random.Next(max);

    public List<Entry> Catchup(Revision after) => [.. _journal.All.Where(e => e.Revision > after && e.Id != EntryId.Root).OrderBy(e => e.Revision.Value)];

    public Revision Head => _decider.Head;

    public List<Outcome> Decide(MemoryReplica from, IReadOnlyList<Change> changes)
    {
        var changed = new List<Entry>();
        var outcomes = new List<Outcome>();
        foreach (var change in changes)
        {
            var outcome = _decider.Decide(from.Proposer, change, DateTimeOffset.UnixEpoch.AddHours(Head.Value), changed);
            outcomes.Add(outcome);
            Log.Add($"{from.Name} proposes {change.Facets} {Show(change.Entry)} base {change.BasePlace}/{change.BaseContent} -> {outcome.Verdict} {outcome.Id} {outcome.Revision}");
        }

        foreach (var entry in changed) Log.Add($"  journal {Show(entry)}");
        foreach (var replica in Replicas) replica.Inbox.Enqueue(new(changed, Head, replica == from ? outcomes : null, replica == from ? changes : null));
        return outcomes;
    }

    public static string Show(Entry? e) => e is null ? "-" : $"#{e.Id} {(e.Deleted ? "DELETED " : "")}{e.Kind} {e.Parent}/{e.Name} {e.Content.ToString()[..6]} {e.Revision}";

    /// <summary>Runs all replicas in random order until nothing is left to do.</summary>
    public void Quiesce()
    {
        for (var round = 0; round < 20_000; round++)
        {
            var busy = Replicas.Where(r => r.HasWork).ToList();
            if (busy.Count == 0) return;
            busy[Next(busy.Count)].Work();
        }

        throw new InvalidOperationException("No fixpoint in 20,000 rounds.\n" + Dump());
    }

    /// <summary>A random amount of work.</summary>
    public void Stir(int rounds)
    {
        for (var i = 0; i < rounds; i++) Replicas[Next(Replicas.Count)].Work();
    }

    public string? Check()
    {
        var journal = _journal.All.Where(e => !e.Deleted && e.Id != EntryId.Root).Select(e => $"{_journal.PathOf(e)} {e.Kind} {e.Content}").Order(StringComparer.Ordinal).ToList();
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

    public string Dump()
    {
        var text = new StringBuilder();
        foreach (var line in Log.TakeLast(200)) text.AppendLine(line);
        foreach (var replica in Replicas)
        {
            text.AppendLine(replica.Name);
            foreach (var node in replica.Trees.All.Where(n => !ReferenceEquals(n.Local, n.Remote) || n.Local is null || n.Synced is null))
                text.AppendLine($"  {node.Flags} S {Show(node.Synced)} L {Show(node.Local)} R {Show(node.Remote)}");
        }

        return text.ToString();
    }
}
