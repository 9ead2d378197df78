using System.Security.Cryptography;
using System.Text;
using Sync.Host.Config;

namespace Sync.Host.Registry;

/// <summary>The secrets of invites, of which the host keeps only hashes.</summary>
internal static class InviteSecrets
{
    // So that a late guest is told "expired" or "used up", not "unknown".
    private static readonly TimeSpan KeptAfterwards = TimeSpan.FromDays(7);

    public static string Hash(ReadOnlySpan<byte> secret) => Convert.ToHexStringLower(SHA256.HashData(secret));

    /// <summary>The invite of a secret. Every one is compared, in constant time, whichever it is.</summary>
    public static InviteRecord? Find(IReadOnlyList<InviteRecord> invites, ReadOnlySpan<byte> secret)
    {
        var hash = Encoding.ASCII.GetBytes(Hash(secret));
        InviteRecord? found = null;
        foreach (var invite in invites)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(invite.SecretHash), hash))
                found = invite;
        }

        return found;
    }

    /// <summary>Those that are still worth keeping.</summary>
    public static IEnumerable<InviteRecord> Keep(IReadOnlyList<InviteRecord> invites, DateTimeOffset now) =>
        invites.Where(invite => invite.ExpiresAt + KeptAfterwards > now);
}
