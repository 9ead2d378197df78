namespace Sync.Engine.Snapshots;

/// <summary>One guest's pull, on the host.</summary>
public interface IPullSource : IAsyncDisposable
{
    /// <summary>What it brings.</summary>
    PullHead Head { get; }

    /// <summary>The tree's records, whole ones in each page.</summary>
    IReadOnlyList<byte[]> Pages { get; }

    /// <summary>Cancelled when the guest's right to it ends, or the share does.</summary>
    CancellationToken Ended { get; }

    /// <summary>Answers wants, in their order. Whether the bytes are the contents of the entries is for the guest to see: files may change while they are read.</summary>
    IAsyncEnumerable<PullPiece> ReadAsync(IAsyncEnumerable<PullWant> wants, CancellationToken cancel);
}
