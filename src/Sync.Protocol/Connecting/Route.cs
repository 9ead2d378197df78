using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Sync.Protocol.Identities;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Connecting;

/// <summary>
/// One way to the host, shared by the links over it: a connection for control and one for bulk, so that a 1 KiB save is not stuck behind
/// a 10 GiB file. Closed when its connector and its last link have let go of it.
/// </summary>
internal sealed class Route
{
    private readonly GrpcChannel _control;
    private readonly GrpcChannel _bulk;
    private int _holders = 1;
    private volatile bool _isBroken;

    public Route(PeerAddress address, string hostFingerprint, PeerIdentity me, IBulkLimits limits, ILoggerFactory logging)
    {
        Address = address;
        Limits = limits;
        PeerFingerprint = hostFingerprint;
        Host = new PinnedHost(hostFingerprint);
        Me = me;
        _control = PeerChannel.Open(address, Host, me, manyConnections: false, logging);
        _bulk = PeerChannel.Open(address, Host, me, manyConnections: true, logging, isBulk: true);
        Control = new Peer.PeerClient(_control);
        Bulk = new Peer.PeerClient(_bulk);
        Downloads = _bulk.CreateCallInvoker();
    }

    public PeerAddress Address { get; }

    public PinnedHost Host { get; }

    /// <summary>What bulk transfers with <see cref="PeerFingerprint"/> are held to.</summary>
    public IBulkLimits Limits { get; }

    /// <summary>This guest.</summary>
    public PeerIdentity Me { get; }

    /// <summary>The host's fingerprint.</summary>
    public string PeerFingerprint { get; }

    public Peer.PeerClient Control { get; }

    public Peer.PeerClient Bulk { get; }

    /// <summary>The bulk connection, for <see cref="DownloadMethod"/>.</summary>
    public CallInvoker Downloads { get; }

    /// <summary>A link over it was lost: the next is made over new connections, as the old may hang without a word.</summary>
    public bool IsBroken => _isBroken;

    /// <inheritdoc cref="IsBroken"/>
    public void MarkBroken() => _isBroken = true;

    /// <summary>One more holder; false if it is closed already.</summary>
    public bool TryHold()
    {
        var holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders) return true;
            holders = seen;
        }

        return false;
    }

    /// <summary>One holder less.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0) return;
        _control.Dispose();
        _bulk.Dispose();
    }
}
