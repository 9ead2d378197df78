namespace Sync.Protocol.Sessions;

/// <summary>Names of metadata and trailers.</summary>
internal static class WireNames
{
    /// <summary>The session a bulk stream belongs to: 32 hex digits.</summary>
    public const string Session = "sync-session";

    /// <summary>Trailer: the number of a <see cref="Engine.Link.LinkFailure"/>.</summary>
    public const string Failure = "sync-failure";

    /// <summary>Trailer: the number of a <see cref="Pairing.PairingFailure"/>.</summary>
    public const string PairingFailure = "sync-pairing";
}
