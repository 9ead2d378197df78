using System.Globalization;
using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Protocol.Tests.Parts;

/// <summary>Records as text, lists and bytes included, to compare what a record's own equality would compare by reference.</summary>
internal static class Dump
{
    public static string Of(GuestMessage message) => message switch
    {
        GuestMessage.Propose p => $"propose {p.Proposal.Id}\n" + string.Join('\n', p.Proposal.Changes.Select(c => $"{c with { Inline = null }} {Of(c.Inline)}")),
        GuestMessage.Applied a => $"applied {a.Revision} {a.PendingEntries} {a.PendingBytes}\n" + string.Join('\n', a.Problems) + string.Join(' ', a.Landed),
        GuestMessage.FlushDone d => $"done {d.FlushId} {d.Outcome} {d.Reason}\n" + string.Join('\n', d.Problems),
        _ => message.ToString(),
    };

    public static string Of(HostMessage message) => message switch
    {
        HostMessage.Welcome w => $"welcome {w.Epoch} {w.Reset} {w.Root} {w.Head} {w.Direction} {w.ReadOnly} {w.ReplicaName} {w.Kept} {w.TellsAll} {w.IsLooking} {w.KeptDisk}\n" + Of(w.Policy),
        HostMessage.Entries e => "entries\n" + string.Join('\n', e.Items) + "\n" + string.Join('\n', e.Inline.Select(i => i.Key + " " + Of(i.Value)).Order(StringComparer.Ordinal)),
        HostMessage.Outcomes o => $"outcomes {o.ProposalId}\n" + string.Join('\n', o.Items),
        HostMessage.FlushReached f => $"reached {f.FlushId} {f.Revision}\n" + string.Join('\n', f.Problems),
        HostMessage.PolicyChanged c => $"policy {c.Direction} {c.ReadOnly}\n" + Of(c.Policy),
        _ => message.ToString(),
    };

    public static string Of(ContentFrame frame) => frame switch
    {
        ContentFrame.Whole w => $"whole {w.Id} {w.Content} {Of(w.Bytes)}",
        ContentFrame.Patched p => $"patched {p.Id} {p.Length} {Of(p.Steps)} {Of(p.Literals)}",
        ContentFrame.Start s => $"start {s.Id} {s.Content} {s.Basis} {s.Offset} {Of(s.Manifest)}",
        ContentFrame.Data d => $"data {d.Id} {Of(d.Bytes)}",
        _ => frame.ToString(),
    };

    private static string Of(SharePolicy policy) =>
        (policy with { ConflictPatterns = [], Ignore = [] }).ToString().Replace(policy.Ignore.ToString()!, "", StringComparison.Ordinal)
        + string.Join('|', policy.ConflictPatterns) + "#" + string.Join('|', policy.Ignore);

    private static string Of(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } some ? some.Length.ToString(CultureInfo.InvariantCulture) + ":" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(some.Span)) : "none";
}
