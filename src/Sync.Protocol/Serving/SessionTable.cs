using System.Collections.Concurrent;
using Sync.Engine.Link;

namespace Sync.Protocol.Serving;

/// <summary>The open sessions, by id. Safe from any thread.</summary>
internal sealed class SessionTable
{
    private readonly ConcurrentDictionary<Guid, LiveSession> _sessions = [];

    public void Add(LiveSession session)
    {
        if (!_sessions.TryAdd(session.Session.Id, session))
            throw new InvalidOperationException("A session's id is taken: ids must be random.");
    }

    public void Remove(LiveSession session) => _sessions.TryRemove(KeyValuePair.Create(session.Session.Id, session));

    /// <summary>The session a bulk stream names, if it is that guest's.</summary>
    /// <exception cref="LinkException">It is not, or there is none: the answer is the same.</exception>
    public LiveSession Find(string guest, string? id) =>
        Guid.TryParseExact(id, "N", out var parsed) && _sessions.TryGetValue(parsed, out var session) && session.Guest == guest
            ? session
            : throw new LinkException(LinkFailure.Unavailable, "The session of this transfer has ended: it goes on in the next.");
}
