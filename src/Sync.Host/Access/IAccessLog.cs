namespace Sync.Host.Access;

/// <summary>Where it is told that somebody was kept out.</summary>
internal interface IAccessLog
{
    /// <summary>A call was refused.</summary>
    /// <param name="address">Where it came from.</param>
    /// <param name="caller">The token's owner; null if the token is not good.</param>
    /// <param name="method">What was called.</param>
    /// <param name="why">In a word or two.</param>
    void Refused(string address, string? caller, string method, string why);
}
