using Sync.Engine.Link;

namespace Sync.Protocol.Serving;

/// <summary>A session that is open: what its bulk streams need.</summary>
/// <param name="Guest">The fingerprint of the guest that opened it.</param>
/// <param name="Session">The engine's side.</param>
/// <param name="Features">What both sides support.</param>
/// <param name="Ended">Cancelled when the control stream ends: its bulk streams end too.</param>
internal sealed record LiveSession(string Guest, IGuestSession Session, IReadOnlyList<string> Features, CancellationToken Ended);
