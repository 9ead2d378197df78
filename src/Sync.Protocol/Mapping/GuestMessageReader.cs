using Sync.Engine.Link;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>A guest's envelopes as messages; holds what is still in parts. One per stream, not thread-safe.</summary>
internal sealed class GuestMessageReader
{
    private readonly ProblemReader _problems = new();
    private List<Change>? _changes;
    private long _proposal;
    private long _bytes;

    /// <summary>The message, or null while parts are missing.</summary>
    /// <exception cref="LinkException">A value is out of bounds, or the message has no place here.</exception>
    public GuestMessage? FromWire(GuestEnvelope envelope)
    {
        if (_changes is not null && envelope.KindCase != GuestEnvelope.KindOneofCase.Proposal)
            throw Bounds.Violation("a proposal was not finished");
        switch (envelope.KindCase)
        {
            case GuestEnvelope.KindOneofCase.Problems:
                _problems.Add(envelope.Problems.Items);
                return null;
            case GuestEnvelope.KindOneofCase.Proposal:
                return Proposal(envelope.Proposal);
            case GuestEnvelope.KindOneofCase.Applied:
                return new GuestMessage.Applied(
                    Bounds.ToRevision(envelope.Applied.Revision),
                    Bounds.NotNegative(envelope.Applied.PendingEntries, "a count"),
                    Bounds.NotNegative(envelope.Applied.PendingBytes, "a size"),
                    _problems.Take(envelope.Applied.Problems))
                {
                    Landed = Landed(envelope.Applied.Landed),
                };
            case GuestEnvelope.KindOneofCase.Flush:
                return new GuestMessage.Flush(envelope.Flush.Id);
            case GuestEnvelope.KindOneofCase.FlushDone:
                return FlushMapping.FromWire(envelope.FlushDone, _problems.Take(envelope.FlushDone.Problems));
            default:
                throw Bounds.Violation("an unexpected message in a session");
        }
    }

    private static IReadOnlyList<Landing> Landed(IReadOnlyList<ulong> pairs)
    {
        if (pairs.Count == 0) return [];
        Bounds.Count(pairs.Count, 2 * Landing.Most, "contents that have landed");
        if (pairs.Count % 2 != 0) throw Bounds.Violation("half a content that has landed");
        var landed = new Landing[pairs.Count / 2];
        // What is said to be older than a week is as good as a week.
        for (var i = 0; i < landed.Length; i++)
            landed[i] = new Landing(Bounds.ToRevision(pairs[2 * i]), TimeSpan.FromMicroseconds(Math.Min(pairs[(2 * i) + 1], (ulong)TimeSpan.FromDays(7).TotalMicroseconds)));
        return landed;
    }

    private GuestMessage.Propose? Proposal(ProposalPart part)
    {
        if (_changes is not null && part.Id != _proposal) throw Bounds.Violation("a proposal was not finished");
        if (part is { More: true, Changes.Count: 0 }) throw Bounds.Violation("a part of a proposal is empty");
        Bounds.Count((_changes?.Count ?? 0) + part.Changes.Count, WireLimits.MaxChanges, "changes in a proposal");
        _changes ??= new List<Change>(part.Changes.Count);
        _proposal = part.Id;
        foreach (var item in part.Changes)
        {
            _bytes += item.CalculateSize() + 5;
            if (_bytes > WireLimits.MaxProposalBytes) throw Bounds.Violation("a proposal is too large");
            _changes.Add(ChangeMapping.FromWire(item));
        }

        if (part.More) return null;
        var proposal = new Proposal(part.Id, _changes);
        _changes = null;
        _bytes = 0;
        return new GuestMessage.Propose(proposal);
    }
}
