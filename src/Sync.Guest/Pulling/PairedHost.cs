using Sync.Engine.Link;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Pairing;
using Sync.Protocol.Pulling;
using Sync.Shared.Data;

namespace Sync.Guest.Pulling;

/// <summary>The host of a pull: by the pairing that is known, else by the invite, which is redeemed once.</summary>
internal sealed class PairedHost : IPullHost
{
    private readonly PullTarget _target;
    private readonly PeerIdentity _me;
    private readonly Pairings _pairings;
    private PairingRecord? _pairing;

    public PairedHost(DataDirectory data, PullTarget target, PeerIdentity me)
    {
        _target = target;
        _me = me;
        _pairings = new Pairings(data);
        _pairing = target.Invite is { } invite ? _pairings.Find(target.Share, invite.HostFingerprint) : _pairings.Find(target.Share);
        Fingerprint = target.Invite?.HostFingerprint ?? _pairing!.HostFingerprint;
    }

    /// <summary>The host's.</summary>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public async Task<IOpenPull> OpenAsync(ReadOnlyMemory<byte> knownTree, CancellationToken cancel)
    {
        var request = new PullRequest(_target.Share, _target.SubPath, _target.At) { KnownTree = knownTree };
        if (_pairing is { } known)
        {
            // The invite's addresses are newer than those that were kept.
            var addresses = _target.Addresses.Count > 0 ? _target.Addresses : _target.Invite?.Addresses ?? known.Addresses;
            try
            {
                return await OpenAsync(addresses, request, cancel);
            }
            catch (LinkException e) when (e.Failure == LinkFailure.NotAllowed && _target.Invite is not null)
            {
                // Revoked since: the invite may make it good.
            }
        }

        _pairing = await PairAsync(cancel);
        return await OpenAsync(_pairing.Addresses, request, cancel);
    }

    private Task<GuestPull> OpenAsync(IReadOnlyList<string> addresses, PullRequest request, CancellationToken cancel) =>
        CrowdedHost.ConnectAsync(() => PullConnector.OpenAsync(addresses, Fingerprint, _me, request, cancel), TimeProvider.System, cancel);

    private async Task<PairingRecord> PairAsync(CancellationToken cancel)
    {
        var invite = _target.Addresses.Count == 0 ? _target.Invite! : _target.Invite! with { Addresses = _target.Addresses };
        var grant = await CrowdedHost.ConnectAsync(() => PairingClient.PairAsync(invite, address: null, _me, _target.Name, _target.SubPath, visit: true, cancel), TimeProvider.System, cancel);
        var pairing = new PairingRecord(grant.Share, invite.HostFingerprint, invite.Addresses, grant.GuestName);
        _pairings.Keep(pairing);
        return pairing;
    }
}
