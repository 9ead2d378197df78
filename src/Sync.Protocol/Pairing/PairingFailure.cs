namespace Sync.Protocol.Pairing;

/// <summary>Why an invite was not redeemed. Values are sent: never renumber.</summary>
public enum PairingFailure
{
    /// <summary>The host knows no such invite (any more).</summary>
    Unknown = 0,

    /// <summary>It has expired.</summary>
    Expired = 1,

    /// <summary>It was redeemed as often as it may be.</summary>
    UsedUp = 2,

    /// <summary>Another guest has the name: propose another.</summary>
    NameTaken = 3,

    /// <summary>Not allowed, or not now: too many tries.</summary>
    Denied = 4,
}
