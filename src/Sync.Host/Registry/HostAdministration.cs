using System.Security.Cryptography;
using Sync.Host.Config;
using Sync.Protocol.Control;
using Sync.Protocol.Invites;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Registry;

/// <summary>Changes the host's configuration, first on disk, then in what runs.</summary>
internal sealed class HostAdministration(
    ConfigStore<HostConfig> config, DataDirectory data, string fingerprint, IShareRuntime runtime, TimeProvider time, Func<PolicyInfo>? usualPolicy = null) : IHostAdministration
{
    private const int SecretBytes = 32;
    private static readonly TimeSpan LongestInvite = TimeSpan.FromDays(365);
    private static readonly TimeSpan LongestLinger = TimeSpan.FromDays(1);

    public Task<ShareInfo> AddShareAsync(AddShareRequest request, CancellationToken cancel)
    {
        ShareName.Check(request.Name);
        var path = RealPath.Of(request.Path);
        var added = false;
        var next = config.Update(current =>
        {
            if (current.FindShare(request.Name) is { } same)
            {
                return string.Equals(same.Path, path, StringComparison.Ordinal)
                    ? current
                    : throw new CommandFailure($"share {same.Name} is {Printable.Text(same.Path)}, not {Printable.Text(path)}; choose another name, or remove it first");
            }

            DirectoryRules.CheckUsable(path);
            DirectoryRules.CheckApart(path, current.Shares.Select(s => ("share " + s.Name, s.Path)), data.Path);
            DirectoryRules.CheckUnclaimed(path);
            added = true;
            var share = new ShareRecord
            {
                Name = request.Name,
                Path = path,
                Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
                Policy = new PolicyRecord().With(usualPolicy?.Invoke()).With(request.Policy),
                AddedAt = time.GetUtcNow(),
            };
            return current with { Shares = [.. current.Shares, share] };
        });
        var record = next.FindShare(request.Name)!;
        if (added)
            runtime.Open(record);
        return Task.FromResult(ToInfo(record));
    }

    public Task<ShareInfoList> ListSharesAsync(CancellationToken cancel)
    {
        var list = new ShareInfoList();
        list.Shares.AddRange(config.Current.Shares.Select(ToInfo));
        return Task.FromResult(list);
    }

    public Task<ShareInfo> GetShareAsync(GetShareRequest request, CancellationToken cancel) => Task.FromResult(ToInfo(Find(config.Current, request.Name)));

    public async Task<ShareInfo> SetShareAsync(SetShareRequest request, CancellationToken cancel)
    {
        var next = config.Update(current =>
        {
            var share = Find(current, request.Name);
            return current.With(share with { Policy = share.Policy.With(request.Policy) });
        });
        var record = next.FindShare(request.Name)!;
        await runtime.ApplyPolicyAsync(record.Name, cancel);
        return ToInfo(record);
    }

    public async Task<ShareInfo> RemoveShareAsync(RemoveShareRequest request, CancellationToken cancel)
    {
        var removed = Find(config.Current, request.Name);
        config.Update(current => current with
        {
            Shares = [.. current.Shares.Where(s => !string.Equals(s.Name, request.Name, StringComparison.Ordinal))],
            Invites = [.. current.Invites.Where(i => !string.Equals(i.Share, request.Name, StringComparison.Ordinal))],
            // Another directory may get the name one day: nobody may have rights to it by accident.
            Guests = [.. current.Guests.Select(g => g.Without(request.Name)).Where(g => !g.IsGone)],
        });
        await runtime.CloseAsync(request.Name);
        var index = data.IndexDirectory(removed.Id);
        if (Directory.Exists(index))
            Directory.Delete(index, recursive: true);
        return ToInfo(removed);
    }

    public Task<GuestInfoList> ListGuestsAsync(CancellationToken cancel)
    {
        var list = new GuestInfoList();
        list.Guests.AddRange(config.Current.Guests.Select(ToInfo));
        return Task.FromResult(list);
    }

    public Task<GuestInfo> SetGuestAsync(SetGuestRequest request, CancellationToken cancel)
    {
        string? changed = null;
        var next = config.Update(current =>
        {
            var guest = FindGuest(current, request.Guest);
            var rights = guest.Rights.Select(r => request.Share.Length == 0 || string.Equals(r.Share, request.Share, StringComparison.Ordinal) ? Change(r, request) : r).ToList();
            if (request.Share.Length > 0 && guest.FindRight(request.Share) is null)
                throw new CommandFailure($"guest {guest.Name} has no right to a share '{Printable.Text(request.Share)}'; see 'sync-host guest list'");
            changed = guest.Fingerprint;
            return current.With(guest with { Rights = rights });
        });
        runtime.Reconnect(changed!);
        return Task.FromResult(ToInfo(next.FindGuest(changed!)!));
    }

    public async Task<GuestInfo> RevokeGuestAsync(RevokeGuestRequest request, CancellationToken cancel)
    {
        GuestRecord? revoked = null;
        config.Update(current =>
        {
            revoked = FindGuest(current, request.Guest);
            if (request.Share.Length > 0)
            {
                return revoked.FindRight(request.Share) is null
                    ? throw new CommandFailure($"guest {revoked.Name} has no right to a share '{Printable.Text(request.Share)}'; see 'sync-host guest list'")
                    : current.WithoutRight(revoked, request.Share);
            }

            return current with { Guests = [.. current.Guests.Where(g => !ReferenceEquals(g, revoked))] };
        });
        await runtime.EndSessionsAsync(revoked!.Fingerprint, request.Share.Length > 0 ? request.Share : null, cancel);
        return ToInfo(revoked);
    }

    public Task<CreateInviteReply> CreateInviteAsync(CreateInviteRequest request, CancellationToken cancel)
    {
        var ttl = TimeSpan.FromMilliseconds(request.TtlMs);
        if (ttl <= TimeSpan.Zero || ttl > LongestInvite)
            throw new CommandFailure(ExitCode.Usage, "an invite holds for more than nothing and at most 365d; choose another --ttl");
        if (request.Uses is < 1 or > 10_000)
            throw new CommandFailure(ExitCode.Usage, "an invite can be used 1 to 10000 times; choose another --uses");

        var linger = TimeSpan.FromMilliseconds(request.LingerMs);
        if (request.Ephemeral && (linger < TimeSpan.Zero || linger > LongestLinger))
            throw new CommandFailure(ExitCode.Usage, "an ephemeral guest is remembered for 0s to 1d after it has gone; choose another --linger");

        var share = Find(config.Current, request.Share);
        var addresses = HostAddresses.For(request.Addresses, runtime.Listening, config.Current.LastListen);
        var secret = RandomNumberGenerator.GetBytes(SecretBytes);
        var expires = DateTimeOffset.FromUnixTimeSeconds((time.GetUtcNow() + ttl).ToUnixTimeSeconds() + 1);
        var record = new InviteRecord
        {
            SecretHash = InviteSecrets.Hash(secret),
            Share = share.Name,
            ReadOnly = request.ReadOnly,
            Linger = request.Ephemeral ? linger : null,
            ExpiresAt = expires,
            UsesLeft = request.Uses,
        };
        config.Update(current => current with { Invites = [.. InviteSecrets.Keep(current.Invites, time.GetUtcNow()), record] });
        var invite = new Invite
        {
            Addresses = addresses,
            HostFingerprint = fingerprint,
            Secret = secret,
            ExpiresAt = expires,
            Share = share.Name,
            ReadOnly = request.ReadOnly,
        };
        var reply = new CreateInviteReply { Token = invite.ToToken(), Id = record.Id, ExpiresAtUnixMs = expires.ToUnixTimeMilliseconds() };
        reply.Addresses.AddRange(addresses);
        return Task.FromResult(reply);
    }

    public Task<InviteInfoList> ListInvitesAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var list = new InviteInfoList();
        list.Invites.AddRange(config.Current.Invites.Where(i => i.UsesLeft > 0 && i.ExpiresAt > now).Select(ToInfo));
        return Task.FromResult(list);
    }

    public Task<InviteInfo> RevokeInviteAsync(RevokeInviteRequest request, CancellationToken cancel)
    {
        InviteRecord? revoked = null;
        config.Update(current =>
        {
            revoked = current.Invites.FirstOrDefault(i => string.Equals(i.Id, request.Id, StringComparison.OrdinalIgnoreCase))
                ?? throw CommandFailure.NotFound($"no invite '{Printable.Text(request.Id)}'; see 'sync-host invite list'");
            return current with { Invites = [.. current.Invites.Where(i => !ReferenceEquals(i, revoked))] };
        });
        return Task.FromResult(ToInfo(revoked!));
    }

    private static ShareRecord Find(HostConfig current, string name) => current.FindShare(name)
        ?? throw CommandFailure.NotFound($"no share '{Printable.Text(name)}'; see 'sync-host share list'");

    private static GuestRecord FindGuest(HostConfig current, string guest) =>
        current.Guests.FirstOrDefault(g => string.Equals(g.Name, guest, StringComparison.Ordinal))
        ?? current.FindGuest(guest)
        ?? throw CommandFailure.NotFound($"no guest '{Printable.Text(guest)}'; see 'sync-host guest list'");

    private static RightRecord Change(RightRecord right, SetGuestRequest request) => right with
    {
        ReadOnly = request.HasReadOnly ? request.ReadOnly : right.ReadOnly,
        Direction = request.HasDirection ? OwnOrShare(request.Direction) : right.Direction,
        Conflicts = request.HasConflicts ? OwnOrShare(request.Conflicts) : right.Conflicts,
    };

    private static string? OwnOrShare(string word) => word is "share" ? null : word;

    private static ShareInfo ToInfo(ShareRecord share) => new()
    {
        Name = share.Name,
        Path = share.Path,
        Policy = share.Policy.ToInfo(),
        Paused = share.Paused,
        AddedAtUnixMs = share.AddedAt.ToUnixTimeMilliseconds(),
    };

    private static GuestInfo ToInfo(GuestRecord guest)
    {
        var info = new GuestInfo { Name = guest.Name, Fingerprint = guest.Fingerprint, PairedAtUnixMs = guest.PairedAt.ToUnixTimeMilliseconds(), Ephemeral = guest.Ephemeral };
        info.Rights.AddRange(guest.Rights.Select(r => new GuestRight
        {
            Share = r.Share,
            ReadOnly = r.ReadOnly,
            Direction = r.Direction ?? "",
            Conflicts = r.Conflicts ?? "",
            Ephemeral = r.IsEphemeral,
            Visits = r.Visits,
        }));
        return info;
    }

    private static InviteInfo ToInfo(InviteRecord invite) => new()
    {
        Id = invite.Id,
        Share = invite.Share,
        ReadOnly = invite.ReadOnly,
        ExpiresAtUnixMs = invite.ExpiresAt.ToUnixTimeMilliseconds(),
        UsesLeft = invite.UsesLeft,
        Ephemeral = invite.Linger is not null,
    };
}
