namespace Sync.Protocol.Pairing;

/// <summary>An invite was not redeemed. The message says why and what to do next.</summary>
public sealed class PairingException(PairingFailure failure, string message) : Exception(message)
{
    /// <summary>The reason.</summary>
    public PairingFailure Failure { get; } = failure;
}
