using System.Net;

namespace Sync.Protocol.Lines;

/// <summary>A byte pipe at which guests are waited for: "serial:PATH". There need be nothing at the path yet.</summary>
/// <param name="path">See <see cref="Identities.PeerAddress"/>.</param>
public sealed class LineEndPoint(string path) : EndPoint
{
    /// <summary>Where the pipe is.</summary>
    public string Path => path;

    /// <inheritdoc/>
    public override string ToString() => "serial:" + path;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LineEndPoint other && other.Path == path;

    /// <inheritdoc/>
    public override int GetHashCode() => path.GetHashCode(StringComparison.Ordinal);
}
