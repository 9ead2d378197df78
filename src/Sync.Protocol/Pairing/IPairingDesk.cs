namespace Sync.Protocol.Pairing;

/// <summary>Redeems invites; implemented by the host's registry.</summary>
public interface IPairingDesk
{
    /// <summary>Makes the guest known, if the secret is that of an invite that still holds. Compares secrets in constant time.</summary>
    /// <param name="fingerprint">The guest's identity, proven: 64 hexadecimal digits.</param>
    /// <param name="secret">16 to 32 bytes, as sent.</param>
    /// <param name="proposedName">1 to 255 bytes without control characters, as sent.</param>
    /// <param name="subPath">The part of the share that the guest means to sync; "" for all of it.</param>
    /// <param name="visit">It means to pull and push alone: nobody waits for it.</param>
    /// <param name="cancel">The guest went away.</param>
    /// <exception cref="PairingException">It does not hold, or the name is taken.</exception>
    /// <exception cref="Engine.Link.LinkException">The share has no such part; the invite is not used.</exception>
    ValueTask<PairingGrant> RedeemAsync(string fingerprint, ReadOnlyMemory<byte> secret, string proposedName, string subPath, bool visit, CancellationToken cancel);
}
