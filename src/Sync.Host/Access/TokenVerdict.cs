namespace Sync.Host.Access;

/// <summary>What a token presented is.</summary>
internal enum TokenVerdict
{
    Good,

    /// <summary>None was presented.</summary>
    Missing,

    /// <summary>No such token, or not any more.</summary>
    Unknown,

    /// <summary>Its time is over.</summary>
    Expired,
}
