using Sync.Engine.Link;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>Where a build's contents come from: the open pull. One asker, one reader.</summary>
public interface IPullFeed
{
    /// <summary>Asks for contents.</summary>
    Task AskAsync(IEnumerable<PullWant> wants, CancellationToken cancel);

    /// <summary>Nothing more will be asked for.</summary>
    Task FinishAsync(CancellationToken cancel);

    /// <summary>The answers, until all has come. The reader disposes each.</summary>
    /// <exception cref="LinkException">The link broke.</exception>
    IAsyncEnumerable<PullPiece> ReadAsync(CancellationToken cancel);
}
