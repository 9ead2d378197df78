using Sync.Engine.Applying;
using Sync.Engine.Control;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Trees;
using Sync.Engine.Versions;

namespace Sync.Engine.Replicas;

/// <summary>
/// What the host's journal has and its disk has not. It may stand where nobody has looked yet; if not, it was deleted here while a guest moved it, or somebody has removed it from
/// the private directory: each guest that has it is asked. What nobody has is listed; a conflict copy of that kind ends. On the host's control loop.
/// </summary>
internal sealed class LackingContents(ReplicaContext context, StuckEntries stuck, VersionStore versions, Func<bool> hasScanned)
{
    /// <summary>Between looks: while it may still come, and when nobody has it.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Looks by this disk alone, before anybody is asked or anything is given up.</summary>
    private const int OwnLooks = 3;

    /// <summary>After this time in vain a copy ends that every guest was asked for: one may be slow to send what it has.</summary>
    private static readonly TimeSpan VainTime = TimeSpan.FromSeconds(10);

    /// <summary>The same where no guest could be asked.</summary>
    private static readonly TimeSpan VainTimeAlone = TimeSpan.FromMinutes(1);

    /// <summary>Entries whose content was looked for, how often, and since when it could come from nowhere (a timestamp; 0: it could).</summary>
    private readonly Dictionary<Node, (int Looks, long VainSince)> _looks = [];

    /// <summary>Those whose next look has its time: what leads to further looks meanwhile gives rise to no more of them, and none asks a guest.</summary>
    private readonly HashSet<Node> _waiting = [];

    /// <summary>Asks the next of the connected guests for a content; null if there is none, false if all have had their turn.</summary>
    public Func<Entry, int, bool?>? AskGuest { get; set; }

    /// <summary>A content was not found on this disk.</summary>
    public void Lack(Node node, Entry entry)
    {
        if (_waiting.Contains(node)) return;
        var (looks, vainSince) = _looks.GetValueOrDefault(node);
        looks++;
        var asked = looks > 1 ? AskGuest?.Invoke(entry, looks - 2) : null;
        var comes = context.Staging.IsArriving(entry.Content) || asked is true || looks <= OwnLooks || !hasScanned();
        if (comes) vainSince = 0;
        else if (vainSince == 0) vainSince = context.Time.GetTimestamp();
        else if (context.Time.GetElapsedTime(vainSince) >= (asked is false ? VainTime : VainTimeAlone) && IsOwnCopy(node, entry))
        {
            GiveUp(node);
            return;
        }

        _looks[node] = (looks, vainSince);
        if (!comes) stuck.Report(node, ProblemCodes.Unavailable, "Its content is neither on the host's disk nor on that of a connected guest. Start a guest that has it.");
        _waiting.Add(node);
        context.After(comes ? Retry : Pause, () =>
        {
            _waiting.Remove(node);
            context.Reconciler.Enqueue(node.Current);
        });
    }

    /// <summary>It is the same everywhere now, or another.</summary>
    public void Settled(Node node) => _looks.Remove(node);

    /// <summary>Somebody else may be asked now.</summary>
    public void TryAgain()
    {
        foreach (var node in _looks.Keys.ToArray())
        {
            _looks[node] = default;
            _waiting.Remove(node);
            stuck.Free(node);
            context.Reconciler.Enqueue(node.Current);
        }
    }

    /// <summary>
    /// The copy of a conflict that this very disk has lost. Its bytes were never but in the file that lost, and its own program has saved there again before they were copied: no edit is lost
    /// with it, nobody can bring it back, and without an end its path would be listed for ever.
    /// </summary>
    private bool IsOwnCopy(Node node, Entry entry) =>
        entry.ByHost && node is { Local: null, Base: null, IsRemote: true } && node.Remote!.Revision <= context.Reconciler.Planner.Committed && ConflictName.Parse(entry.Name) is not null
        // On a disk that fails for now it may be where it is thought to be.
        && context.Trees.Contents.Find(entry.Content) is null && versions.FindContent(entry.Content) is null;

    /// <summary>It is deleted in the journal, as what was here and is gone. A guest that has it all the same, and was not connected, keeps the bytes as a version.</summary>
    private void GiveUp(Node node)
    {
        EngineLog.LogNotice(context.Log, context.Share, $"the conflict copy '{context.Trees.RemotePath(node)}' is withdrawn: the program that wrote it has saved again before it could be copied, and nobody has it");
        _looks.Remove(node);
        stuck.Free(node);
        context.Reconciler.GiveUp(node);
    }
}
