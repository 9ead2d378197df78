using System.Security.Cryptography;
using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Engine.Snapshots;
using Sync.Protocol.Mapping;
using Sync.Protocol.Sessions;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Pulling;

/// <summary>The messages of a pull, and the engine's records. What is out of bounds is a <see cref="LinkFailure.Protocol"/>.</summary>
internal static class PullMapping
{
    /// <summary>Chunk lists, and parts of contents, can be asked for.</summary>
    private const string ChunksFeature = "chunks";

    public static PullHello ToWire(PullRequest request)
    {
        var wire = new PullHello
        {
            Versions = new VersionRange { Oldest = WireLimits.OldestVersion, Newest = WireLimits.NewestVersion },
            Features = { Features.Zstd },
            Share = request.Share,
            SubPath = request.SubPath,
            At = request.At,
        };
        if (!request.KnownTree.IsEmpty) wire.KnownTree = UnsafeByteOperations.UnsafeWrap(request.KnownTree);
        return wire;
    }

    public static PullRequest FromWire(PullHello wire)
    {
        Bounds.Count(wire.Features.Count, WireLimits.MaxFeatures, "features");
        return new PullRequest(
            Bounds.Something(wire.Share, WireLimits.MaxName, "the share's name"), Bounds.RelativePath(wire.SubPath), Bounds.Text(wire.At, PullLimits.MaxAt, "a tag"))
        {
            KnownTree = wire.KnownTree.Length is 0 or SHA256.HashSizeInBytes ? wire.KnownTree.Memory : throw Bounds.Violation("a tree's hash has a wrong length"),
        };
    }

    /// <summary>Whether the guest unpacks pieces.</summary>
    public static bool Unpacks(PullHello wire) => wire.Features.Contains(Features.Zstd);

    public static PullHeadState ToWire(PullHead head, uint version) => new()
    {
        Version = version,
        Revision = Bounds.FromRevision(head.Revision),
        TreeHash = UnsafeByteOperations.UnsafeWrap(head.TreeHash),
        Entries = (uint)head.Entries,
        Files = (ulong)head.Files,
        Bytes = (ulong)head.Bytes,
        IsKnown = head.IsKnown,
        Tag = head.Tag,
        RecordBytes = (ulong)head.RecordBytes,
        Features = { head.HasChunks ? [ChunksFeature] : Array.Empty<string>() },
    };

    public static PullHead FromWire(PullHeadState wire)
    {
        if (wire.Version is < WireLimits.OldestVersion or > WireLimits.NewestVersion)
            throw new LinkException(LinkFailure.Incompatible, $"The host chose protocol {wire.Version}, which is not spoken here: update sync-guest.");
        Bounds.Count(wire.Features.Count, WireLimits.MaxFeatures, "features");
        if (wire.TreeHash.Length != SHA256.HashSizeInBytes) throw Bounds.Violation("a tree's hash has a wrong length");
        return new PullHead(
            Bounds.ToRevision(wire.Revision), wire.TreeHash.Memory, Bounds.ToInt(wire.Entries, PulledTree.MaxEntries, "the number of entries"),
            Bounds.NotNegative(wire.Files, "the number of files"), Bounds.NotNegative(wire.Bytes, "the tree's size"),
            Bounds.NotNegative(wire.RecordBytes, "the length of the tree"), wire.IsKnown)
        {
            Tag = Bounds.Text(wire.Tag, PullLimits.MaxAt, "a tag"),
            HasChunks = wire.Features.Contains(ChunksFeature),
        };
    }

    public static PullFrame ToWire(PullPiece piece)
    {
        var bytes = UnsafeByteOperations.UnsafeWrap(piece.Bytes);
        return piece.Kind switch
        {
            PullPieceKind.Contents => new PullFrame { Contents = bytes },
            PullPieceKind.Data => new PullFrame { Data = bytes },
            PullPieceKind.Chunks => new PullFrame { Chunks = bytes },
            _ => new PullFrame { Gone = bytes },
        };
    }

    /// <summary>Wants, as few messages as they fit; one that is not of whole contents has its own.</summary>
    public static IEnumerable<PullAsk> ToWire(IEnumerable<PullWant> wants)
    {
        PullWants? open = null;
        foreach (var want in wants)
        {
            if (!want.IsWhole)
            {
                if (open is not null) yield return new PullAsk { Wants = open };
                open = null;
                yield return new PullAsk { Wants = new PullWants { Runs = { (uint)want.First, (uint)want.Count }, Offset = (ulong)want.Offset, Length = (ulong)want.Length, Chunks = want.IsForChunks } };
                continue;
            }

            open ??= new PullWants();
            open.Runs.Add((uint)want.First);
            open.Runs.Add((uint)want.Count);
            if (open.Runs.Count < 2 * PullLimits.MaxRuns) continue;
            yield return new PullAsk { Wants = open };
            open = null;
        }

        if (open is not null) yield return new PullAsk { Wants = open };
    }

    public static IEnumerable<PullWant> FromWire(PullWants wire)
    {
        Bounds.Count(wire.Runs.Count, 2 * PullLimits.MaxRuns, "numbers of entries");
        if (wire.Runs.Count % 2 != 0) throw Bounds.Violation("half a run of entries");
        if ((wire.Offset | wire.Length) > 0 && wire.Runs is not [_, 1]) throw Bounds.Violation("an offset of more than one content");
        if ((wire.Offset | wire.Length) > 0 && wire.Chunks) throw Bounds.Violation("a part of a chunk list");
        for (var i = 0; i < wire.Runs.Count; i += 2)
        {
            yield return new PullWant(
                Bounds.ToInt(wire.Runs[i], PulledTree.MaxEntries, "an entry's number"), Bounds.ToInt(wire.Runs[i + 1], PulledTree.MaxEntries, "a run of entries"),
                Bounds.NotNegative(wire.Offset, "an offset"), Bounds.NotNegative(wire.Length, "a length"), wire.Chunks);
        }
    }
}
