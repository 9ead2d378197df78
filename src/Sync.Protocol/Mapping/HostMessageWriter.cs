using Google.Protobuf;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>The host's messages as envelopes. Enumerate each result once, writing as it comes: payloads are wrapped, not copied.</summary>
internal static class HostMessageWriter
{
    /// <exception cref="ArgumentException">The message is larger than the protocol allows.</exception>
    public static IEnumerable<HostEnvelope> ToWire(HostMessage message) => message switch
    {
        HostMessage.Welcome welcome => [new HostEnvelope { Welcome = Welcome(welcome) }],
        HostMessage.Entries entries => Entries(entries),
        HostMessage.Committed committed => [new HostEnvelope { Committed = new CommittedReport { Revision = Bounds.FromRevision(committed.Revision), HasLooked = committed.HasLooked } }],
        HostMessage.Outcomes outcomes => Outcomes(outcomes),
        HostMessage.FlushReached reached => FlushReached(reached),
        HostMessage.FlushAsked asked => [new HostEnvelope { FlushAsked = FlushMapping.ToWire(asked) }],
        HostMessage.PolicyChanged changed => [new HostEnvelope { PolicyChanged = PolicyMapping.ToWire(changed.Policy, changed.Direction, changed.ReadOnly) }],
        HostMessage.Paused paused => [new HostEnvelope { Paused = new PausedState { IsPaused = paused.IsPaused } }],
        HostMessage.ContentWanted wanted => [new HostEnvelope { ContentWanted = new ContentWantedState { Entry = wanted.Entry.Value, Content = Bounds.FromContent(wanted.Content) } }],
        HostMessage.Growing growing => [new HostEnvelope { Growing = new GrowingState { Token = (ulong)growing.Token, Length = (ulong)growing.Length, Basis = Bounds.FromContent(growing.Basis), Content = Bounds.FromContent(growing.Content), HasEnded = growing.HasEnded } }],
        _ => throw new ArgumentException("An unknown kind of message.", nameof(message)),
    };

    private static WelcomeState Welcome(HostMessage.Welcome welcome) => new()
    {
        Epoch = welcome.Epoch,
        Reset = welcome.Reset,
        Root = welcome.Root.Value,
        Head = Bounds.FromRevision(welcome.Head),
        Kept = Bounds.FromRevision(welcome.Kept),
        TellsAll = welcome.TellsAll,
        IsLooking = welcome.IsLooking,
        KeptDisk = welcome.KeptDisk,
        Policy = PolicyMapping.ToWire(welcome.Policy, welcome.Direction, welcome.ReadOnly),
        ReplicaName = Bounds.Cut(welcome.ReplicaName, WireLimits.MaxName),
    };

    /// <summary>An inline content travels with the first entry that has it, so that no part needs a later one.</summary>
    private static IEnumerable<HostEnvelope> Entries(HostMessage.Entries entries)
    {
        var inline = new Dictionary<ContentId, ReadOnlyMemory<byte>>(entries.Inline.Count);
        foreach (var (content, bytes) in entries.Inline)
        {
            if (bytes.Length > WireLimits.MaxInline)
                throw new ArgumentException($"A content of {bytes.Length} bytes is too large to travel inline.", nameof(entries));
            inline[content] = bytes;
        }

        var part = new EntriesPart();
        var size = 0;
        foreach (var entry in entries.Items)
        {
            var item = EntryMapping.ToWire(entry);
            var itemSize = item.CalculateSize() + 4;
            InlineContent? content = null;
            if (inline.Remove(entry.Content, out var bytes))
            {
                content = ToWire(entry.Content, bytes);
                itemSize += content.CalculateSize() + 5;
            }

            if (size + itemSize > WireLimits.BatchBytes && size > 0)
            {
                yield return new HostEnvelope { Entries = part };
                part = new EntriesPart();
                size = 0;
            }

            part.Items.Add(item);
            if (content is not null) part.Inline.Add(content);
            size += itemSize;
        }

        foreach (var (id, bytes) in inline)
        {
            var content = ToWire(id, bytes);
            var itemSize = content.CalculateSize() + 5;
            if (size + itemSize > WireLimits.BatchBytes && size > 0)
            {
                yield return new HostEnvelope { Entries = part };
                part = new EntriesPart();
                size = 0;
            }

            part.Inline.Add(content);
            size += itemSize;
        }

        yield return new HostEnvelope { Entries = part };
    }

    private static InlineContent ToWire(ContentId content, ReadOnlyMemory<byte> bytes) =>
        new() { Content = Bounds.FromContent(content), Bytes = UnsafeByteOperations.UnsafeWrap(bytes) };

    private static IEnumerable<HostEnvelope> Outcomes(HostMessage.Outcomes outcomes)
    {
        var part = new OutcomesPart { Proposal = outcomes.ProposalId };
        var size = 0;
        foreach (var outcome in outcomes.Items)
        {
            var item = new OutcomeItem { Proposed = outcome.ProposedId.Value, Id = outcome.Id.Value, Verdict = (uint)outcome.Verdict, Revision = Bounds.FromRevision(outcome.Revision) };
            if (outcome.Entry is { } entry) item.Entry = EntryMapping.ToWire(entry);
            if (outcome.Detail is { } detail) item.Detail = Bounds.Cut(detail, WireLimits.MaxText);
            var itemSize = item.CalculateSize() + 4;
            if (size + itemSize > WireLimits.BatchBytes && size > 0)
            {
                yield return new HostEnvelope { Outcomes = part };
                part = new OutcomesPart { Proposal = outcomes.ProposalId };
                size = 0;
            }

            part.Items.Add(item);
            size += itemSize;
        }

        yield return new HostEnvelope { Outcomes = part };
    }

    private static IEnumerable<HostEnvelope> FlushReached(HostMessage.FlushReached reached)
    {
        var report = new FlushReachedReport { Id = reached.FlushId, Revision = Bounds.FromRevision(reached.Revision) };
        foreach (var part in ProblemWriter.Split(reached.Problems, report.Problems)) yield return new HostEnvelope { Problems = part };
        yield return new HostEnvelope { FlushReached = report };
    }
}
