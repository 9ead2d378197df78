using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Invites;
using Sync.Protocol.Pairing;

namespace Sync.Bench.Scale;

/// <summary>
/// A guest as the host sees it: an identity of its own, paired by an invite, with a session and a stream of downloads over mutual TLS by the guest's
/// own link. What it is told it applies to a tree in memory; bytes count once they are what their content id says.
/// </summary>
internal sealed class SimulatedGuest : IAsyncDisposable
{
    // As often as a real guest tells of what it has applied.
    private static readonly TimeSpan ReportPace = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(4);

    private readonly int _number;
    private readonly PeerIdentity _identity;
    private readonly CancellationTokenSource _stop = new();
    private readonly GuestTree _tree = new();
    private readonly Channel<ContentRequest> _requests = Channel.CreateUnbounded<ContentRequest>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<long, ContentRequest> _open = [];
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private GrpcHostConnector? _connector;
    private IHostLink? _link;
    private Task _running = Task.CompletedTask;
    private Task _downloading = Task.CompletedTask;
    private SavedFile? _awaited;
    private long _lastRequest;
    private int _expected;
    private long _reportedAt;

    /// <param name="number">Its number among the guests, from 0 on.</param>
    /// <param name="directory">Where its identity is kept.</param>
    public SimulatedGuest(int number, string directory)
    {
        _number = number;
        _identity = PeerIdentity.LoadOrCreate(directory);
    }

    /// <summary>Connections that the host did not take, each tried again.</summary>
    public int Retries { get; private set; }

    /// <summary>Completes, with the reason, when the session is over before its time.</summary>
    public Task Lost => Task.WhenAny(_running, _downloading).Unwrap();

    /// <summary>Redeems the invite.</summary>
    public Task PairAsync(Invite invite, CancellationToken cancel) =>
        PairingClient.PairAsync(invite, address: null, _identity, FormattableString.Invariant($"guest-{_number:D4}"), "", visit: false, cancel);

    /// <summary>Opens the session, and returns once so many files are in the tree, verified.</summary>
    public async Task ConnectAsync(Invite invite, int files, CancellationToken cancel)
    {
        _expected = files;
        _connector = new GrpcHostConnector(invite.Addresses, invite.HostFingerprint, _identity, TimeProvider.System, NullLoggerFactory.Instance);
        _link = await OpenAsync(_connector, invite.Share, cancel);
        _downloading = DownloadAsync(_link);
        _running = FollowAsync(_link);
        var first = await Task.WhenAny(_caughtUp.Task, _running, _downloading).WaitAsync(cancel);
        if (first != _caughtUp.Task)
        {
            await first;
            throw new InvalidOperationException($"guest {_number} lost its session before it had the tree");
        }
    }

    /// <summary>The save that is waited for from now on.</summary>
    public void Await(SavedFile file)
    {
        lock (_gate)
            _awaited = file;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _ = _requests.Writer.TryComplete();
        if (_link is not null)
            await _link.DisposeAsync();
        await Task.WhenAll(_running, _downloading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_connector is not null)
            await _connector.DisposeAsync();
        _identity.Dispose();
        _stop.Dispose();
    }

    // Tried again as a real guest does: a host that takes many handshakes at once turns some away.
    private async Task<IHostLink> OpenAsync(GrpcHostConnector connector, string share, CancellationToken cancel)
    {
        var process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        for (var wait = FirstRetry; ; wait *= 2)
        {
            try
            {
                return await connector.ConnectAsync(new SessionHello { Share = share, Process = process, ClockNs = NowNs() }, cancel);
            }
            catch (LinkException e) when (e.Failure is LinkFailure.Unreachable && wait <= LastRetry)
            {
                Retries++;
                await Task.Delay(wait * (0.5 + Random.Shared.NextDouble()), cancel);
            }
        }
    }

    private async Task FollowAsync(IHostLink link)
    {
        await foreach (var message in link.Incoming.ReadAllAsync(_stop.Token))
        {
            switch (message)
            {
                case HostMessage.Entries entries:
                    Take(entries);
                    break;
                case HostMessage.Committed committed when Environment.TickCount64 - _reportedAt >= ReportPace.TotalMilliseconds:
                    _reportedAt = Environment.TickCount64;
                    await link.SendAsync(new GuestMessage.Applied(committed.Revision, 0, 0, []), _stop.Token);
                    break;
            }
        }
    }

    private void Take(HostMessage.Entries message)
    {
        lock (_gate)
        {
            foreach (var entry in message.Items)
            {
                if (!_tree.Take(entry))
                    continue;
                var inline = message.Inline.FirstOrDefault(i => i.Key == entry.Content);
                if (inline.Key == entry.Content || entry.Size == 0)
                {
                    Place(entry.Id, entry.Content, inline.Value.Span);
                    continue;
                }

                var request = new ContentRequest(++_lastRequest, entry.Id, entry.Content, default, 0);
                _open.Add(request.Id, request);
                _ = _requests.Writer.TryWrite(request);
            }
        }
    }

    private async Task DownloadAsync(IHostLink link)
    {
        await foreach (var frame in link.Download(_requests.Reader.ReadAllAsync(_stop.Token), _stop.Token))
        {
            lock (_gate)
            {
                if (!_open.Remove(frame.Id, out var request))
                    continue;
                if (frame is ContentFrame.Whole whole)
                    Place(request.Entry, whole.Content.IsNone ? request.Content : whole.Content, whole.Bytes.Span);
                else if (frame is not ContentFrame.End { Status: TransferStatus.Superseded })
                    throw new InvalidDataException($"guest {_number}: {frame} answers a request for a small file");
            }
        }
    }

    private void Place(EntryId entry, ContentId content, ReadOnlySpan<byte> bytes)
    {
        if (!_tree.Place(entry, content, bytes))
            return;
        if (_awaited is { } awaited && awaited.Content == content)
            awaited.Arrive(_number);
        if (_tree.Complete >= _expected)
            _ = _caughtUp.TrySetResult();
    }

    private static long NowNs() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
