using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Guest.Pulling;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Pairing;
using Sync.Shared.Data;

namespace Sync.Guest.Pushing;

/// <summary>The host of a push: by the pairing that is known, else by the invite, which is redeemed once.</summary>
internal sealed class PushHost : IHostConnector, IAsyncDisposable
{
    /// <summary>How long a host that is there, but cannot give the share yet, is asked again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    private readonly PushTarget _target;
    private readonly PeerIdentity _me;
    private readonly Pairings _pairings;
    private PairingRecord? _pairing;
    private GrpcHostConnector? _connector;
    private bool _hasPaired;

    /// <exception cref="Shared.Output.CommandFailure">There is neither an invite nor a pairing.</exception>
    public PushHost(DataDirectory data, PushTarget target, PeerIdentity me)
    {
        _target = target;
        _me = me;
        _pairings = new Pairings(data);
        _pairing = target.Invite is { } invite ? _pairings.Find(target.Share, invite.HostFingerprint) : _pairings.Find(target.Share);
        Fingerprint = target.Invite?.HostFingerprint ?? _pairing!.HostFingerprint;
    }

    /// <summary>The host's: 64 hexadecimal digits.</summary>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public async ValueTask<IHostLink> ConnectAsync(SessionHello hello, CancellationToken cancel)
    {
        if (_pairing is null) await PairAsync(cancel);
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await Connector().ConnectAsync(hello, cancel);
            }
            catch (LinkException e) when (e.Failure == LinkFailure.NotAllowed && _target.Invite is not null && !_hasPaired)
            {
                // Revoked since, or an ephemeral guest that was forgotten: the invite may make it good.
                await PairAsync(cancel);
            }
            catch (LinkException e) when (e.Failure == LinkFailure.Unavailable && TimeProvider.System.GetElapsedTime(begun) < Patience)
            {
                // The share is just starting.
                await Task.Delay(BetweenTries, cancel);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connector is not null) await _connector.DisposeAsync();
    }

    private GrpcHostConnector Connector() => _connector ??= new GrpcHostConnector(
        // The invite's addresses are newer than those that were kept.
        _target.Addresses.Count > 0 ? _target.Addresses : _target.Invite?.Addresses ?? _pairing!.Addresses, Fingerprint, _me, TimeProvider.System, NullLoggerFactory.Instance);

    private async Task PairAsync(CancellationToken cancel)
    {
        var invite = _target.Addresses.Count == 0 ? _target.Invite! : _target.Invite! with { Addresses = _target.Addresses };
        // Not for a part of the share: it may be made by the push.
        var grant = await PairingClient.PairAsync(invite, address: null, _me, _target.Name, subPath: "", visit: true, cancel);
        _hasPaired = true;
        _pairing = new PairingRecord(grant.Share, invite.HostFingerprint, invite.Addresses, grant.GuestName);
        _pairings.Keep(_pairing);
    }
}
