using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Publishing;

/// <summary>What a push did, or, dry, would do.</summary>
public sealed record PublishResult
{
    /// <summary>What the host had placed and made durable at the end; of a dry run, what it was compared with.</summary>
    public required Revision Revision { get; init; }

    /// <summary>What differed, in the order in which it was sent.</summary>
    public required IReadOnlyList<PublishItem> Items { get; init; }

    /// <summary>Files, directories and symlinks that were the same already.</summary>
    public long Unchanged { get; init; }

    /// <summary>Bytes of all files of the directory.</summary>
    public long Bytes { get; init; }

    /// <summary>Content bytes over the link, after delta, before compression.</summary>
    public long BytesSent { get; init; }

    /// <summary>FIFOs, sockets and devices, which are never pushed.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];

    /// <summary>What another replica changed at the same time.</summary>
    public IReadOnlyList<PublishConflict> Conflicts { get; init; } = [];

    /// <summary>What the host refused, or could not place.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];
}
