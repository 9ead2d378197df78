using Microsoft.Extensions.Logging;
using Sync.Engine.Link;
using Sync.Protocol.Identities;
using Sync.Protocol.Transfers;

namespace Sync.Protocol.Connecting;

/// <summary>
/// Opens links to one host over gRPC. Links share two connections, one for control and one for bulk; after a failure they are made anew, at the
/// next address if need be. Safe from any thread. Dispose it after its links.
/// </summary>
public sealed class GrpcHostConnector : IHostConnector, IAsyncDisposable
{
    /// <summary>What one try may take, over all addresses; after tries that have taken it, twice as long each, up to <see cref="LongestDeadline"/>: an emulated or a loaded machine may need that for a handshake.
    /// (To be connected at all, an address of a network has <see cref="PeerDialer.ReachedWithin"/>.)</summary>
    public static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestDeadline = TimeSpan.FromSeconds(30);

    private readonly PeerAddress[] _addresses;
    private readonly string _hostFingerprint;
    private readonly PeerIdentity _me;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logging;
    private readonly IBulkLimits _limits;
    private readonly Lock _gate = new();
    private Route? _route;
    private TimeSpan _deadline = ConnectDeadline;
    private int _best;
    private bool _disposed;

    /// <param name="addresses">"host:port", at least one; tried in turn, from the last that worked on.</param>
    /// <param name="hostFingerprint">The host's identity: 64 lower-case hexadecimal digits.</param>
    /// <param name="me">This guest's identity; not disposed here.</param>
    /// <param name="time">For deadlines and heartbeats.</param>
    /// <param name="logging">For the channels' logs.</param>
    /// <param name="limits">What bulk transfers are held to; null: nothing.</param>
    /// <exception cref="ArgumentException">An address or the fingerprint is not one.</exception>
    public GrpcHostConnector(IReadOnlyList<string> addresses, string hostFingerprint, PeerIdentity me, TimeProvider time, ILoggerFactory logging, IBulkLimits? limits = null)
    {
        if (addresses.Count == 0) throw new ArgumentException("No address to connect to.", nameof(addresses));
        if (!PeerIdentity.IsFingerprint(hostFingerprint)) throw new ArgumentException("A fingerprint has 64 hexadecimal digits.", nameof(hostFingerprint));
        _addresses = [.. addresses.Select(a => PeerAddress.TryParse(a, out var parsed) ? parsed : throw new ArgumentException($"'{a}' is not an address: write {PeerAddress.Wanted}.", nameof(addresses)))];
        _hostFingerprint = hostFingerprint;
        _me = me;
        _time = time;
        _logging = logging;
        _limits = limits ?? NoBulkLimits.Instance;
    }

    /// <inheritdoc/>
    public async ValueTask<IHostLink> ConnectAsync(SessionHello hello, CancellationToken cancel)
    {
        var begun = _time.GetTimestamp();
        var first = Volatile.Read(ref _best);
        LinkException? worst = null;
        // Tries of several replicas at once may double it together; it is bounded all the same.
        TimeSpan deadline;
        lock (_gate) deadline = _deadline;
        for (var i = 0; i < _addresses.Length; i++)
        {
            var index = (first + i) % _addresses.Length;
            // An address that swallows packets leaves time for the others.
            var share = (deadline - _time.GetElapsedTime(begun)) / (_addresses.Length - i);
            try
            {
                var link = await TryAsync(index, hello, share, cancel);
                Volatile.Write(ref _best, index);
                lock (_gate) _deadline = ConnectDeadline;
                return link;
            }
            catch (LinkException e) when (e.Failure is LinkFailure.Unreachable or LinkFailure.WrongPeer)
            {
                // Behind another address may be the right one. Of several reasons, another machine's answer is the one to tell.
                if (worst is null || worst.Failure == LinkFailure.Unreachable) worst = e;
            }
        }

        throw worst!;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            _route?.Release();
            _route = null;
        }

        return ValueTask.CompletedTask;
    }

    private async Task<IHostLink> TryAsync(int index, SessionHello hello, TimeSpan timeout, CancellationToken cancel)
    {
        var route = RouteTo(_addresses[index]);
        using var deadline = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            return await GuestLink.OpenAsync(route, hello, _time, both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Drop(route);
            lock (_gate) _deadline = _deadline * 2 < LongestDeadline ? _deadline * 2 : LongestDeadline;
            throw new LinkException(
                LinkFailure.Unreachable, $"The host at {route.Address} did not answer within {timeout.TotalSeconds:0.#} s. Check that sync-host runs there, and the network between.");
        }
        catch (LinkException e) when (e.Failure is LinkFailure.Unreachable or LinkFailure.WrongPeer)
        {
            Drop(route);
            throw;
        }
    }

    private Route RouteTo(PeerAddress address)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_route is { IsBroken: false } current && current.Address == address) return current;
            _route?.Release();
            return _route = new Route(address, _hostFingerprint, _me, _limits, _logging);
        }
    }

    private void Drop(Route route)
    {
        lock (_gate)
        {
            if (_route != route) return;
            _route = null;
            route.Release();
        }
    }
}
