using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Journal;

/// <summary>How far one replica has been told of the journal. Belongs to the journal's loop, but for what is immutable.</summary>
internal sealed class JournalSession(Proposer proposer)
{
    public Proposer Proposer { get; } = proposer;

    /// <summary>The entry that is the replica's root.</summary>
    public EntryId Root { get; init; } = EntryId.Root;

    /// <summary>Asks for patches: not given new versions of many files at once.</summary>
    public bool TakesPatches { get; init; }

    /// <summary>Everything up to here has been handed out.</summary>
    public Revision Sent { get; set; }

    /// <summary>The last commit handed out.</summary>
    public Revision SentCommitted { get; set; } = new(-1);

    /// <summary>What it has to catch up with, in order of revision, and how much of it was handed out.</summary>
    public (List<Entry> Entries, int Next, Revision UpTo)? CatchUp { get; set; }

    /// <summary>Decisions that wait for their commit.</summary>
    public Queue<(Revision After, HostMessage Message)> Pending { get; } = new();

    /// <summary>The pull that waits for news.</summary>
    public TaskCompletionSource<List<HostMessage>>? Waiting { get; set; }

    /// <summary>Of a part of the share: what the replica knows of.</summary>
    public HashSet<long> Visible { get; } = [];

    /// <summary>New entries that this session proposed: told with the outcome.</summary>
    public HashSet<long> Withheld { get; } = [];

    public bool Closed { get; set; }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        Pending.TrimExcess();
        Visible.TrimExcess();
        Withheld.TrimExcess();
        Proposer.Ids.TrimExcess();
    }
}
