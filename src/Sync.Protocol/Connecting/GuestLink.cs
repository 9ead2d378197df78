using System.Threading.Channels;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;
using Sync.Protocol.Mapping;
using Sync.Protocol.Pulling;
using Sync.Protocol.Sessions;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Connecting;

/// <summary>A guest's session on one share, over a <see cref="Route"/>.</summary>
internal sealed class GuestLink : IHostLink
{
    /// <summary>Messages read ahead of the engine; beyond, the host is held back.</summary>
    private const int ReadAhead = 16;

    /// <summary>How long a link that is disposed waits for the host to take its leave.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Route _route;
    private readonly PullRequest _whole;
    private readonly AsyncDuplexStreamingCall<GuestEnvelope, HostEnvelope> _call;
    private readonly CancellationTokenSource _ended;
    private readonly TimeProvider _time;
    private readonly EnvelopeWriter<GuestEnvelope> _writer;
    private readonly Heartbeat _heartbeat;
    private readonly HostMessageReader _reader = new();
    private readonly EnvelopeUnpacker _unpacker;
    private readonly Channel<HostMessage> _incoming = Channel.CreateBounded<HostMessage>(
        new BoundedChannelOptions(ReadAhead) { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource<LinkException> _cause = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GuestBulk _bulk;
    private readonly Task _running;
    private int _disposed;

    private GuestLink(
        Route route, AsyncDuplexStreamingCall<GuestEnvelope, HostEnvelope> call, CancellationTokenSource ended, PullRequest whole, HostHello hello, TimeProvider time)
    {
        _route = route;
        _whole = whole;
        _call = call;
        _ended = ended;
        _time = time;
        var packs = hello.Features.Contains(Features.Packs);
        var packer = new EnvelopePacker(packs);
        _writer = new EnvelopeWriter<GuestEnvelope>(call.RequestStream)
        {
            Packed = plain => packer.Pack(plain, plain.Proposal?.Changes.Any(static c => c.Entry.Id > 0 && c.HasInline) == true) is { } packed ? new GuestEnvelope { Packed = packed } : plain,
            Wrote = packer.Wrote,
        };
        _unpacker = new EnvelopeUnpacker(packs);
        _heartbeat = new Heartbeat(time);
        _bulk = new GuestBulk(route, new Guid(hello.Session.Span, bigEndian: true), hello.Features, ended.Token);
        TakesDeltas = hello.Features.Contains(Features.Deltas);
        TakesGrowing = hello.Features.Contains(Features.Growing);
        TakesPatches = hello.Features.Contains(Features.Patches);
        _running = RunAsync();
    }

    /// <inheritdoc/>
    public ChannelReader<HostMessage> Incoming => _incoming.Reader;

    /// <inheritdoc/>
    public bool TakesDeltas { get; }

    /// <inheritdoc/>
    public bool TakesGrowing { get; }

    /// <inheritdoc/>
    public bool TakesPatches { get; }

    /// <inheritdoc/>
    public bool OpensPulls => true;

    /// <inheritdoc/>
    public async Task<IOpenPull> OpenPullAsync(CancellationToken cancel) =>
        await PullConnector.OpenAsync(_route.Address, _route.PeerFingerprint, _route.Me, _whole, _route.Limits, cancel);

    public TimeSpan? RoundTrip => _heartbeat.RoundTrip;

    /// <summary>Opens a session. The link holds the route until it is disposed.</summary>
    /// <exception cref="LinkException">It was refused, or the host was not reached.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<GuestLink> OpenAsync(Route route, SessionHello hello, TimeProvider time, CancellationToken cancel)
    {
        if (!route.TryHold()) throw new LinkException(LinkFailure.Unreachable, $"The connection to {route.Address} was closed. It is made anew.");
        var ended = new CancellationTokenSource();
        AsyncDuplexStreamingCall<GuestEnvelope, HostEnvelope>? call = null;
        try
        {
            // Cancelling the attempt cancels the call; once the link is open only its own end does.
            await using var attempt = cancel.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), ended);
            call = route.Control.Session(cancellationToken: ended.Token);
            // The clock as it is now: dialling may have taken long, and every moment of it would count as a difference to the host's.
            var sent = hello with { ClockNs = (time.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks * 100 };
            await call.RequestStream.WriteAsync(new GuestEnvelope { Hello = HelloMapping.ToWire(sent, Features.All) }, CancellationToken.None);
            if (!await call.ResponseStream.MoveNext(CancellationToken.None) || call.ResponseStream.Current.KindCase != HostEnvelope.KindOneofCase.Hello)
                throw Bounds.Violation("a session that does not begin with a hello");
            var answer = Check(call.ResponseStream.Current.Hello);
            return new GuestLink(route, call, ended, new PullRequest(hello.Share, hello.SubPath, ""), answer, time);
        }
        catch (Exception e)
        {
            // Before the call is cancelled, which would become its status.
            var cause = call is null || cancel.IsCancellationRequested ? e : await StatusOfAsync(call, e);
            await ended.CancelAsync();
            call?.Dispose();
            ended.Dispose();
            route.Release();
            cancel.ThrowIfCancellationRequested();
            if (cause is RpcException or IOException or InvalidOperationException or OperationCanceledException) throw CallFailures.ToLink(cause, route.Address, route.Host);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(GuestMessage message, CancellationToken cancel)
    {
        try
        {
            await _writer.WriteAsync(GuestMessageWriter.ToWire(message), cancel);
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidOperationException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            // The reader learns the reason.
            await _ended.CancelAsync();
            throw await _cause.Task;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) => _bulk.Download(requests, cancel);

    /// <inheritdoc/>
    public IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, CancellationToken cancel) => _bulk.Upload(frames, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        var leaving = LeaveAsync();
        await Task.WhenAny(Task.WhenAll(leaving, _running), Task.Delay(Farewell, _time, _ended.Token));
        await _ended.CancelAsync();
        _call.Dispose();
        await _running;
        await leaving;
        _ended.Dispose();
        _route.Release();
    }

    private static HostHello Check(HostHello hello)
    {
        if (hello.Version is < WireLimits.OldestVersion or > WireLimits.NewestVersion)
            throw new LinkException(LinkFailure.Incompatible, $"The host chose protocol {hello.Version}, which is not spoken here: update sync-guest.");
        if (hello.Session.Length != 16) throw Bounds.Violation("a session's id has a wrong length");
        Bounds.Count(hello.Features.Count, WireLimits.MaxFeatures, "features");
        return hello;
    }

    private async Task LeaveAsync()
    {
        // The host sees the end of the stream and ends the session; messages that nobody will read are let go.
        await _writer.CompleteAsync(_call.RequestStream.CompleteAsync).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (await _incoming.Reader.WaitToReadAsync().AsTask().ContinueWith(static t => t.IsCompletedSuccessfully && t.Result, TaskScheduler.Default))
        {
            while (_incoming.Reader.TryRead(out _)) { }
        }
    }

    private async Task RunAsync()
    {
        var receiving = ReceiveAsync();
        var beating = _heartbeat.RunAsync(
            number => _writer.WriteBetweenAsync(new GuestEnvelope { Ping = new Ping { Number = number } }), "the host at " + _route.Address, _ended.Token);
        LinkException? cause = null;
        try
        {
            await await Task.WhenAny(receiving, beating);
        }
        catch (Exception e) when (e is RpcException or LinkException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // A ping that could not be written is told better by the reader.
            if (e is not LinkException && beating.IsFaulted) e = await FaultAsync(receiving) ?? e;
            cause = CallFailures.ToLink(e, _route.Address, _route.Host);
            if (cause.Failure == LinkFailure.Unreachable) _route.MarkBroken();
        }

        await _ended.CancelAsync();
        _cause.TrySetResult(cause ?? new LinkException(LinkFailure.Unavailable, $"The host at {_route.Address} ended the session."));
        _incoming.Writer.TryComplete(cause);
        await Task.WhenAll(receiving, beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<Exception?> FaultAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.Exception?.InnerException;
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            _heartbeat.Waiting();
            if (!await _call.ResponseStream.MoveNext(CancellationToken.None)) return;
            _heartbeat.Heard();
            var envelope = _call.ResponseStream.Current;
            if (envelope.KindCase == HostEnvelope.KindOneofCase.Packed) envelope = _unpacker.Unpack(envelope.Packed, HostEnvelope.Parser);
            switch (envelope.KindCase)
            {
                case HostEnvelope.KindOneofCase.Ping:
                    _writer.Post(new GuestEnvelope { Pong = envelope.Ping });
                    break;
                case HostEnvelope.KindOneofCase.Pong:
                    _heartbeat.Answered(envelope.Pong.Number);
                    break;
                default:
                    if (_reader.FromWire(envelope) is { } message) await _incoming.Writer.WriteAsync(message, _ended.Token);
                    break;
            }
        }
    }

    /// <summary>A write that failed says only that the call is over: its status says why.</summary>
    private static async Task<Exception> StatusOfAsync(AsyncDuplexStreamingCall<GuestEnvelope, HostEnvelope> call, Exception exception)
    {
        if (exception is LinkException or OperationCanceledException) return exception;
        try
        {
            await call.ResponseStream.MoveNext(CancellationToken.None);
        }
        catch (RpcException rpc)
        {
            return rpc;
        }

        return exception;
    }
}
