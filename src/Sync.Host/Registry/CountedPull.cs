using Sync.Engine.Snapshots;

namespace Sync.Host.Registry;

/// <summary>A pull whose end is told.</summary>
/// <param name="source">What it brings.</param>
/// <param name="visit">Disposed after it.</param>
internal sealed class CountedPull(IPullSource source, IDisposable visit) : IPullSource
{
    public PullHead Head => source.Head;

    public IReadOnlyList<byte[]> Pages => source.Pages;

    public CancellationToken Ended => source.Ended;

    public IAsyncEnumerable<PullPiece> ReadAsync(IAsyncEnumerable<PullWant> wants, CancellationToken cancel) => source.ReadAsync(wants, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await source.DisposeAsync();
        }
        finally
        {
            visit.Dispose();
        }
    }
}
