using Sync.Engine.Link;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>A guest's messages as envelopes. Enumerate each result once, writing as it comes: payloads are wrapped, not copied.</summary>
internal static class GuestMessageWriter
{
    /// <exception cref="ArgumentException">The message is larger than the protocol allows.</exception>
    public static IEnumerable<GuestEnvelope> ToWire(GuestMessage message) => message switch
    {
        GuestMessage.Propose propose => Propose(propose.Proposal),
        GuestMessage.Applied applied => Applied(applied),
        GuestMessage.Flush flush => [new GuestEnvelope { Flush = new FlushRequest { Id = flush.FlushId } }],
        GuestMessage.FlushDone done => FlushDone(done),
        _ => throw new ArgumentException("An unknown kind of message.", nameof(message)),
    };

    private static List<GuestEnvelope> Propose(Proposal proposal)
    {
        if (proposal.Changes.Count > WireLimits.MaxChanges)
            throw new ArgumentException($"A proposal of {proposal.Changes.Count} changes is too large: at most {WireLimits.MaxChanges}.", nameof(proposal));

        // Made whole before the first part goes out, so that a proposal too large leaves nothing half-sent.
        var envelopes = new List<GuestEnvelope>(1);
        var part = new ProposalPart { Id = proposal.Id };
        var bytes = 0;
        long total = 0;
        foreach (var change in proposal.Changes)
        {
            var item = ChangeMapping.ToWire(change);
            var size = item.CalculateSize() + 5;
            total += size;
            if (total > WireLimits.MaxProposalBytes)
                throw new ArgumentException($"A proposal of more than {WireLimits.MaxProposalBytes >> 20} MiB is too large.", nameof(proposal));
            if (bytes + size > WireLimits.BatchBytes && part.Changes.Count > 0)
            {
                part.More = true;
                envelopes.Add(new GuestEnvelope { Proposal = part });
                part = new ProposalPart { Id = proposal.Id };
                bytes = 0;
            }

            part.Changes.Add(item);
            bytes += size;
        }

        envelopes.Add(new GuestEnvelope { Proposal = part });
        return envelopes;
    }

    private static IEnumerable<GuestEnvelope> Applied(GuestMessage.Applied applied)
    {
        var report = new AppliedReport
        {
            Revision = Bounds.FromRevision(applied.Revision),
            PendingEntries = checked((ulong)applied.PendingEntries),
            PendingBytes = checked((ulong)applied.PendingBytes),
        };
        foreach (var landing in applied.Landed.Take(Landing.Most))
        {
            report.Landed.Add(Bounds.FromRevision(landing.Revision));
            report.Landed.Add((ulong)Math.Max(0, landing.Ago.Ticks / TimeSpan.TicksPerMicrosecond));
        }

        foreach (var part in ProblemWriter.Split(applied.Problems, report.Problems)) yield return new GuestEnvelope { Problems = part };
        yield return new GuestEnvelope { Applied = report };
    }

    private static IEnumerable<GuestEnvelope> FlushDone(GuestMessage.FlushDone done)
    {
        var report = FlushMapping.ToWire(done);
        foreach (var part in ProblemWriter.Split(done.Problems, report.Problems)) yield return new GuestEnvelope { Problems = part };
        yield return new GuestEnvelope { FlushDone = report };
    }
}
