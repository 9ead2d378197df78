using Sync.Engine.Link;

namespace Sync.Engine.Pulling;

/// <summary>The way to the host of a pull.</summary>
public interface IPullHost
{
    /// <summary>Opens a pull of what is asked for.</summary>
    /// <param name="knownTree">The hash of the tree that is known here; empty: none.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="LinkException">The host is not reached, or refuses.</exception>
    Task<IOpenPull> OpenAsync(ReadOnlyMemory<byte> knownTree, CancellationToken cancel);
}
