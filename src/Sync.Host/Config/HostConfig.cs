namespace Sync.Host.Config;

/// <summary>What sync-host remembers: config.json in its data directory.</summary>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record HostConfig
{
    /// <summary>The form of the file, for later versions to tell.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Where guests last reached this host; invites made while no agent runs use it.</summary>
    public string? LastListen { get; init; }

    public IReadOnlyList<ShareRecord> Shares { get; set; } = [];

    public IReadOnlyList<GuestRecord> Guests { get; set; } = [];

    public IReadOnlyList<InviteRecord> Invites { get; set; } = [];

    public IReadOnlyList<TokenRecord> Tokens { get; set; } = [];

    public IReadOnlyList<WebhookRecord> Webhooks { get; set; } = [];

    public ShareRecord? FindShare(string name) => Shares.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.Ordinal));

    public GuestRecord? FindGuest(string fingerprint) => Guests.FirstOrDefault(g => string.Equals(g.Fingerprint, fingerprint, StringComparison.Ordinal));

    /// <summary>This with a share put in the place of the one of its name.</summary>
    public HostConfig With(ShareRecord share) => this with { Shares = [.. Shares.Select(s => string.Equals(s.Name, share.Name, StringComparison.Ordinal) ? share : s)] };

    /// <summary>This without a right of a guest; a guest of whom nothing is left goes with it.</summary>
    public HostConfig WithoutRight(GuestRecord guest, string share)
    {
        var left = guest.Without(share);
        return left.IsGone ? this with { Guests = [.. Guests.Where(g => !ReferenceEquals(g, guest))] } : With(left);
    }

    /// <summary>This with a guest put in the place of the one of its fingerprint, or added.</summary>
    public HostConfig With(GuestRecord guest) => this with
    {
        Guests = [.. Guests.Where(g => !string.Equals(g.Fingerprint, guest.Fingerprint, StringComparison.Ordinal)), guest],
    };
}
