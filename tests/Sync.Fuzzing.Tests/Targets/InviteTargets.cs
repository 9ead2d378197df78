using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Sync.Protocol.Identities;
using Sync.Protocol.Invites;
using Sync.Protocol.Tests.Parts;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>Tokens, as a person pastes them: as text, and as what is in it with a checksum that fits.</summary>
internal static class InviteTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new BytesTarget("invite-text", Invites.Select(i => Encoding.UTF8.GetBytes(i.ToToken())), input => Read(Encoding.UTF8.GetString(input))),
        new BytesTarget("invite", Invites.Select(i => Decoded(i.ToToken())), input => Read("sync1." + Base64Url.EncodeToString([.. input, .. SHA256.HashData(input).AsSpan(0, 4)]))),
        new BytesTarget("peer-address", Addresses.Select(Encoding.UTF8.GetBytes), ReadAddress),
    ];

    private static Gen<string> Addresses => Gen.Select(Gen.Int[0, 6], Gen.Int[1, 65_535], Gens.Name, (kind, number, name) => kind switch
    {
        0 => $"https://host-{number}.local:{number}",
        1 => $"[fe80::{number:x}]:{number}",
        2 => $"10.0.0.{number % 256}:{number}",
        3 => $"unix:/run/{number}/{name}",
        4 => "serial:/dev/virtio-ports/" + number,
        5 => @"serial:\\.\pipe\p" + number,
        _ => $"vsock:{number}:{number}",
    });

    private static string ReadAddress(byte[] input)
    {
        if (!PeerAddress.TryParse(Encoding.UTF8.GetString(input), out var address)) return "refused";
        if (!PeerAddress.TryParse(address.ToString(), out var again)) throw new InvalidOperationException("What was accepted is refused when it is told again.");
        BytesTarget.AssertSame(address.ToString(), again.ToString());
        return $"accepted {address.Transport}";
    }

    private static Gen<Invite> Invites => Gen.Select(Gen.Int[1, 16], Gen.Byte.Array[32], Gen.Byte.Array[16, 32], Gen.Long[0, 4_000_000_000], Gens.Name, Gen.Bool, (count, host, secret, until, share, ro) => new Invite
    {
        Addresses = [.. Enumerable.Range(1, count).Select(n => n % 2 == 0 ? $"[fe80::{n}]:{n}" : $"host-{n}.local:{n}")], HostFingerprint = Convert.ToHexStringLower(host), Secret = secret,
        ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(until), Share = share.Replace("\n", "", StringComparison.Ordinal) + "s", ReadOnly = ro,
    });

    private static byte[] Decoded(string token) => Base64Url.DecodeFromChars(token.AsSpan(6))[..^4];

    private static string Read(string token)
    {
        if (!Invite.TryParse(token, out var invite, out var error)) return "refused: " + error;
        if (!Invite.TryParse(invite.ToToken(), out var again, out _)) throw new InvalidOperationException("What was accepted is refused when it is told again.");
        BytesTarget.AssertSame(Told(invite), Told(again));
        return "accepted " + invite.Addresses.Count;
    }

    private static string Told(Invite i) => $"{string.Join(' ', i.Addresses)} {i.HostFingerprint} {Convert.ToHexString(i.Secret)} {i.ExpiresAt:O} {i.Share} {i.ReadOnly}";
}
