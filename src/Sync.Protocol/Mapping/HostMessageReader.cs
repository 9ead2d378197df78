using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>The host's envelopes as messages; holds what is still in parts. One per stream, not thread-safe.</summary>
internal sealed class HostMessageReader
{
    private readonly ProblemReader _problems = new();

    /// <summary>The message, or null while parts are missing.</summary>
    /// <exception cref="LinkException">A value is out of bounds, or the message has no place here.</exception>
    public HostMessage? FromWire(HostEnvelope envelope)
    {
        switch (envelope.KindCase)
        {
            case HostEnvelope.KindOneofCase.Problems:
                _problems.Add(envelope.Problems.Items);
                return null;
            case HostEnvelope.KindOneofCase.Welcome:
                return Welcome(envelope.Welcome);
            case HostEnvelope.KindOneofCase.Entries:
                return Entries(envelope.Entries);
            case HostEnvelope.KindOneofCase.Committed:
                return new HostMessage.Committed(Bounds.ToRevision(envelope.Committed.Revision)) { HasLooked = envelope.Committed.HasLooked };
            case HostEnvelope.KindOneofCase.Outcomes:
                return new HostMessage.Outcomes(envelope.Outcomes.Proposal, [.. envelope.Outcomes.Items.Select(Outcome)]);
            case HostEnvelope.KindOneofCase.FlushReached:
                var reached = envelope.FlushReached;
                return new HostMessage.FlushReached(reached.Id, Bounds.ToRevision(reached.Revision), _problems.Take(reached.Problems));
            case HostEnvelope.KindOneofCase.FlushAsked:
                return FlushMapping.FromWire(envelope.FlushAsked);
            case HostEnvelope.KindOneofCase.PolicyChanged:
                var policy = envelope.PolicyChanged;
                return new HostMessage.PolicyChanged(PolicyMapping.FromWire(policy), PolicyMapping.Direction(policy.Direction), policy.ReadOnly);
            case HostEnvelope.KindOneofCase.Paused:
                return new HostMessage.Paused(envelope.Paused.IsPaused);
            case HostEnvelope.KindOneofCase.ContentWanted:
                var wanted = envelope.ContentWanted;
                if (wanted.Entry <= 0) throw Bounds.Violation("the id of an entry makes no sense");
                return new HostMessage.ContentWanted(new EntryId(wanted.Entry), Bounds.ToPresentContent(wanted.Content));
            case HostEnvelope.KindOneofCase.Growing:
                var growing = envelope.Growing;
                if (growing.Token == 0 || growing.Token > long.MaxValue) throw Bounds.Violation("a token makes no sense");
                return new HostMessage.Growing((long)growing.Token, Bounds.NotNegative(growing.Length, "a length"), Bounds.ToContent(growing.Basis), Bounds.ToContent(growing.Content)) { HasEnded = growing.HasEnded };
            default:
                throw Bounds.Violation("an unexpected message in a session");
        }
    }

    private static HostMessage.Welcome Welcome(WelcomeState wire)
    {
        if (wire.Root <= 0) throw Bounds.Violation("the root's id makes no sense");
        var policy = PolicyMapping.FromWire(wire.Policy);
        return new HostMessage.Welcome(
            wire.Epoch,
            wire.Reset,
            new EntryId(wire.Root),
            Bounds.ToRevision(wire.Head),
            policy,
            PolicyMapping.Direction(wire.Policy.Direction),
            wire.Policy.ReadOnly,
            Bounds.Text(wire.ReplicaName, WireLimits.MaxName, "the replica's name"))
        {
            Kept = Bounds.ToRevision(wire.Kept),
            TellsAll = wire.TellsAll,
            IsLooking = wire.IsLooking,
            KeptDisk = wire.KeptDisk,
        };
    }

    private static HostMessage.Entries Entries(EntriesPart wire)
    {
        var items = new Entry[wire.Items.Count];
        for (var i = 0; i < items.Length; i++) items[i] = EntryMapping.FromWire(wire.Items[i], provisional: false);
        var inline = new List<KeyValuePair<ContentId, ReadOnlyMemory<byte>>>(wire.Inline.Count);
        var seen = new HashSet<ContentId>(wire.Inline.Count);
        foreach (var content in wire.Inline)
        {
            if (content.Bytes.Length > WireLimits.MaxInline) throw Bounds.Violation("an inline content is too large");
            var id = Bounds.ToPresentContent(content.Content);
            // Once is enough: it is checked against its id where it is used.
            if (seen.Add(id)) inline.Add(new(id, content.Bytes.Memory));
        }

        return new HostMessage.Entries(items, inline);
    }

    private static Outcome Outcome(OutcomeItem wire)
    {
        if (wire.Proposed == 0 || wire.Id < 0) throw Bounds.Violation("an outcome's id makes no sense");
        return new Outcome(
            new EntryId(wire.Proposed),
            new EntryId(wire.Id),
            (Verdict)Bounds.ToEnum(wire.Verdict, (uint)Verdict.Unknown, "the verdict"),
            Bounds.ToRevision(wire.Revision),
            wire.HasDetail ? Bounds.Text(wire.Detail, WireLimits.MaxText, "a detail") : null,
            wire.Entry is null ? null : EntryMapping.FromWire(wire.Entry, provisional: false));
    }
}
