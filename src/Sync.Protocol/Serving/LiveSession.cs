using Sync.Engine.Link;
using Sync.Protocol.Mapping;

namespace Sync.Protocol.Serving;

/// <summary>A session that is open: what its bulk streams need.</summary>
/// <param name="Guest">The fingerprint of the guest that opened it.</param>
/// <param name="Session">The engine's side.</param>
/// <param name="Features">What both sides support.</param>
/// <param name="Ended">Cancelled when the control stream ends: its bulk streams end too.</param>
internal sealed record LiveSession(string Guest, IGuestSession Session, IReadOnlyList<string> Features, CancellationToken Ended)
{
    private int _streams;

    /// <summary>One more bulk stream, until what is returned is disposed.</summary>
    /// <exception cref="LinkException">There are too many: each may hold manifests and unpackers of its own.</exception>
    public IDisposable OpenStream()
    {
        if (Interlocked.Increment(ref _streams) <= WireLimits.MaxBulkStreams) return new OpenedStream(this);
        Interlocked.Decrement(ref _streams);
        throw Bounds.Violation("too many bulk streams of one session");
    }

    private sealed class OpenedStream(LiveSession session) : IDisposable
    {
        private int _closed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _closed, 1) == 0) Interlocked.Decrement(ref session._streams);
        }
    }
}
