using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Google.Protobuf;
using Sync.Protocol.Identities;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Invites;

/// <summary>
/// What a host hands to one who may join a share: where it is, who it is, and a secret that works once (or as often as was said).
/// Its token is one line to copy; whoever holds it can use it, so it is kept out of logs: <see cref="ToString"/> does not show the secret.
/// </summary>
public sealed record Invite
{
    /// <summary>Every token begins so; the digit is the format's.</summary>
    public const string Prefix = "sync1.";

    private const int MaxToken = 4096;
    private const int MaxAddresses = 16;
    private const int ChecksumBytes = 4;
    private const int MinSecret = 16;
    private const int MaxSecret = 32;

    /// <summary>"host:port", tried in turn; 1 to 16.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>The host's identity: 64 lower-case hexadecimal digits.</summary>
    public required string HostFingerprint { get; init; }

    /// <summary>16 to 32 random bytes.</summary>
    [SuppressMessage("Performance", "CA1819:Properties should not return arrays", Justification = "A secret that is passed on once.")]
    public required byte[] Secret { get; init; }

    /// <summary>When it ends, to the second.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The share's name.</summary>
    public required string Share { get; init; }

    /// <summary>The guest may not change anything. The host decides; this is for people.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>One line without blanks. A checksum tells a token cut in copying from one that is not known.</summary>
    public string ToToken()
    {
        var wire = new InviteToken
        {
            HostFingerprint = UnsafeByteOperations.UnsafeWrap(Convert.FromHexString(HostFingerprint)),
            Secret = UnsafeByteOperations.UnsafeWrap(Secret),
            ExpiresAt = ExpiresAt.ToUnixTimeSeconds(),
            Share = Share,
            ReadOnly = ReadOnly,
        };
        wire.Addresses.AddRange(Addresses);
        var size = wire.CalculateSize();
        var bytes = new byte[size + ChecksumBytes];
        wire.WriteTo(bytes.AsSpan(0, size));
        SHA256.HashData(bytes.AsSpan(0, size)).AsSpan(0, ChecksumBytes).CopyTo(bytes.AsSpan(size));
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a token; blanks around it do not matter.</summary>
    /// <param name="text">Anything.</param>
    /// <param name="invite">The invite, checked in every part but for its time.</param>
    /// <param name="error">What is wrong with the text, for people.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Invite? invite, [NotNullWhen(false)] out string? error)
    {
        invite = null;
        var token = text.AsSpan().Trim();
        if (token.IsEmpty) return Fail("The token is empty. Copy the whole line that `sync-host invite` prints.", out error);
        if (!token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return token.StartsWith("sync", StringComparison.Ordinal) && token.Length > 5 && token[5] == '.'
                ? Fail("The token is of another version. Update sync-guest, or ask for a token made by the same version.", out error)
                : Fail($"This is not an invite: it does not begin with '{Prefix}'. Copy the whole line that `sync-host invite` prints.", out error);
        }

        token = token[Prefix.Length..];
        if (token.Length > MaxToken) return Fail("The token is too long to be one. Copy only the line that `sync-host invite` prints.", out error);
        var bytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        if (token.ContainsAnyExceptInRange('!', '~') || !TryDecode(token, bytes, out var length) || length <= ChecksumBytes || !ChecksumHolds(bytes.AsSpan(0, length)))
            return Fail("The token is damaged: its checksum does not hold. Copy the whole line that `sync-host invite` prints.", out error);
        try
        {
            invite = FromWire(InviteToken.Parser.ParseFrom(bytes, 0, length - ChecksumBytes));
        }
        catch (InvalidProtocolBufferException)
        {
            invite = null;
        }

        return invite is null ? Fail("The token holds what makes no sense. Ask for a new one.", out error) : Succeed(out error);
    }

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"invite to {Share} at {string.Join(", ", Addresses)}, until {ExpiresAt:u}";

    // The method named Try throws at a character that is not of the alphabet; this one does not.
    private static bool TryDecode(ReadOnlySpan<char> token, Span<byte> bytes, out int length) =>
        Base64Url.DecodeFromChars(token, bytes, out _, out length) == OperationStatus.Done;

    private static bool ChecksumHolds(ReadOnlySpan<byte> bytes) =>
        SHA256.HashData(bytes[..^ChecksumBytes]).AsSpan(0, ChecksumBytes).SequenceEqual(bytes[^ChecksumBytes..]);

    private static Invite? FromWire(InviteToken wire)
    {
        var sound = wire.Addresses.Count is > 0 and <= MaxAddresses
            && wire.Addresses.All(a => PeerAddress.TryParse(a, out _))
            && wire.HostFingerprint.Length == 32
            && wire.Secret.Length is >= MinSecret and <= MaxSecret
            && wire.ExpiresAt >= 0 && wire.ExpiresAt <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && wire.Share.Length > 0 && System.Text.Encoding.UTF8.GetByteCount(wire.Share) <= WireLimits.MaxName && !wire.Share.Any(char.IsControl);
        return !sound ? null : new Invite
        {
            Addresses = [.. wire.Addresses],
            HostFingerprint = Convert.ToHexStringLower(wire.HostFingerprint.Span),
            Secret = wire.Secret.ToByteArray(),
            ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(wire.ExpiresAt),
            Share = wire.Share,
            ReadOnly = wire.ReadOnly,
        };
    }

    private static bool Fail(string reason, out string error)
    {
        error = reason;
        return false;
    }

    private static bool Succeed(out string? error)
    {
        error = null;
        return true;
    }
}
