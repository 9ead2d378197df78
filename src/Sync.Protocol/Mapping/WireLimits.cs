using Sync.Delta;

namespace Sync.Protocol.Mapping;

/// <summary>What a peer may send, and what is sent. The figures are part of the protocol: lowering one breaks older peers.</summary>
internal static class WireLimits
{
    /// <summary>The protocol versions spoken here.</summary>
    public const uint OldestVersion = 1;

    /// <inheritdoc cref="OldestVersion"/>
    public const uint NewestVersion = 1;

    /// <summary>The largest message a peer accepts, in bytes.</summary>
    public const int MaxMessage = 1 << 20;

    /// <summary>Where a sender cuts batches, in bytes: small enough that a heartbeat does not wait long behind one.</summary>
    public const int BatchBytes = 256 << 10;

    /// <summary>The payload of a frame; stays off the large-object heap (256 KiB payloads cost 80 gen-2 collections per 512 MB).</summary>
    public const int MaxPayload = 64 << 10;

    /// <summary>Bulk streams of one session at a time. A guest has two; those of a link that is being made anew may still end.</summary>
    public const int MaxBulkStreams = 4;

    /// <summary>The requests for contents in one message.</summary>
    public const int MaxRequests = 256;

    /// <summary>A group of frames, in bytes, before it is packed: 128 KiB shrink by 3 % more than 64. A sender's plain groups are no larger than a payload.</summary>
    public const int MaxGroup = 128 << 10;

    /// <summary>The frames of a group.</summary>
    public const int MaxGrouped = 1024;

    /// <summary>A content that travels inside a control message: one that is a single chunk.</summary>
    public const int MaxInline = Chunker.SingleChunkLength;

    /// <summary>The changes of one proposal, all parts together.</summary>
    public const int MaxChanges = 4096;

    /// <summary>The bytes of one proposal, all parts together.</summary>
    public const int MaxProposalBytes = 8 << 20;

    /// <summary>The problems of one report, all parts together. A sender ends a longer list with how many it left out.</summary>
    public const int MaxProblems = 16_384;

    /// <summary>The bytes of the problems of one report.</summary>
    public const int MaxProblemBytes = 8 << 20;

    /// <summary>The encoded manifest of one content. At 48 bytes a chunk, and chunks that grow with the file, far above any real one.</summary>
    public const int MaxManifestBytes = 64 << 20;

    /// <summary>UTF-8 bytes of a name: what Linux file systems hold.</summary>
    public const int MaxName = 255;

    /// <summary>UTF-8 bytes of a link's target: PATH_MAX without its NUL.</summary>
    public const int MaxLinkTarget = 4095;

    /// <summary>UTF-8 bytes of a path inside a share, where it is shown to people.</summary>
    public const int MaxPath = 16 << 10;

    /// <summary>UTF-8 bytes of a text for people.</summary>
    public const int MaxText = 4096;

    /// <summary>UTF-8 bytes of a problem's code.</summary>
    public const int MaxCode = 64;

    /// <summary>The patterns of a policy.</summary>
    public const int MaxPatterns = 10_000;

    /// <summary>UTF-8 bytes of one pattern.</summary>
    public const int MaxPattern = 4096;

    /// <summary>The features named in a hello.</summary>
    public const int MaxFeatures = 64;

    /// <summary>Permission bits.</summary>
    public const uint MaxMode = 0xFFF;

    /// <summary>Facets known.</summary>
    public const uint AllFacets = 7;
}
