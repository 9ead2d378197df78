using Google.Protobuf;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Sessions;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Serving;

/// <summary>Runs one guest's control stream on the host: its messages to the engine, the engine's to it, heartbeats both ways.</summary>
internal sealed class HostSession(
    string guest,
    IShareServer shares,
    SessionTable sessions,
    TimeProvider time,
    IAsyncStreamReader<GuestEnvelope> requests,
    IServerStreamWriter<HostEnvelope> responses,
    Action abort)
{
    /// <summary>How long a guest may take to say hello.</summary>
    private static readonly TimeSpan HelloDeadline = TimeSpan.FromSeconds(10);

    /// <summary>How long a session that ends may take to hand over what is being written.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Heartbeat _heartbeat = new(time);
    private readonly GuestMessageReader _reader = new();

    /// <summary>Returns when either side has ended the session.</summary>
    /// <exception cref="LinkException">The session was refused, or broke.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var hello = await ReadHelloAsync(cancel);
        var version = HelloMapping.Negotiate(hello.Versions);
        var features = HelloMapping.Common(Features.All, hello.Features);
        await using var session = await shares.OpenAsync(guest, HelloMapping.FromWire(hello), cancel);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var packs = features.Contains(Features.Packs);
        var packer = new EnvelopePacker(packs);
        var writer = new EnvelopeWriter<HostEnvelope>(responses)
        {
            Packed = plain => packer.Pack(plain, plain.Entries?.Items.Any(static e => e.ContentRevision > e.PlaceRevision) == true) is { } packed ? new HostEnvelope { Packed = packed } : plain,
            Wrote = packer.Wrote,
        };
        var live = new LiveSession(guest, session, features, ended.Token);
        sessions.Add(live);
        try
        {
            var answer = new HostHello { Version = version, Session = ByteString.CopyFrom(session.Id.ToByteArray(bigEndian: true)) };
            answer.Features.AddRange(features);
            await writer.WriteBetweenAsync(new HostEnvelope { Hello = answer });
            await PumpAsync(session, writer, new EnvelopeUnpacker(packs), features, ended);
        }
        catch (RpcException) when (cancel.IsCancellationRequested)
        {
            // How a read that is cancelled may end; the caller tells a host that stops from a guest that left.
            throw new OperationCanceledException(cancel);
        }
        finally
        {
            sessions.Remove(live);
            await ended.CancelAsync();
        }
    }

    private async Task PumpAsync(IGuestSession session, EnvelopeWriter<HostEnvelope> writer, EnvelopeUnpacker unpacker, IReadOnlyCollection<string> features, CancellationTokenSource ended)
    {
        var receiving = ReceiveAsync(session, writer, unpacker, ended.Token);
        var sending = SendAsync(session, writer, features.Contains(Features.Wants), features.Contains(Features.Growing), ended.Token);
        var beating = _heartbeat.RunAsync(number => writer.WriteBetweenAsync(new HostEnvelope { Ping = new Ping { Number = number } }), "the guest", ended.Token);

        // Whichever ends first tells why; the others are only taken down.
        var first = await Task.WhenAny(receiving, sending, beating);
        await ended.CancelAsync();
        try
        {
            await first;
        }
        finally
        {
            var all = Task.WhenAll(receiving, sending, beating);
            await Task.WhenAny(all, Task.Delay(Farewell, time, CancellationToken.None));
            // A write to a guest that does not read ends only with the call.
            if (!all.IsCompleted) abort();
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<GuestHello> ReadHelloAsync(CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(HelloDeadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            if (await requests.MoveNext(both.Token) && requests.Current.KindCase == GuestEnvelope.KindOneofCase.Hello) return requests.Current.Hello;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new LinkException(LinkFailure.Unavailable, "The guest said no hello in time.");
        }

        throw Bounds.Violation("a session that does not begin with a hello");
    }

    private async Task ReceiveAsync(IGuestSession session, EnvelopeWriter<HostEnvelope> writer, EnvelopeUnpacker unpacker, CancellationToken cancel)
    {
        while (true)
        {
            _heartbeat.Waiting();
            if (!await requests.MoveNext(cancel)) return;
            _heartbeat.Heard();
            var envelope = requests.Current;
            if (envelope.KindCase == GuestEnvelope.KindOneofCase.Packed) envelope = unpacker.Unpack(envelope.Packed, GuestEnvelope.Parser);
            switch (envelope.KindCase)
            {
                case GuestEnvelope.KindOneofCase.Ping:
                    writer.Post(new HostEnvelope { Pong = envelope.Ping });
                    break;
                case GuestEnvelope.KindOneofCase.Pong:
                    _heartbeat.Answered(envelope.Pong.Number);
                    if (_heartbeat.RoundTrip is { } roundTrip)
                        session.Measured(roundTrip);
                    break;
                default:
                    if (_reader.FromWire(envelope) is { } message) await session.ReceiveAsync(message, cancel);
                    break;
            }
        }
    }

    private static async Task SendAsync(IGuestSession session, EnvelopeWriter<HostEnvelope> writer, bool supplies, bool grows, CancellationToken cancel)
    {
        await foreach (var message in session.Outgoing.ReadAllAsync(cancel))
        {
            // A guest that does not know them would end the session.
            if ((message is HostMessage.ContentWanted && !supplies) || (message is HostMessage.Growing && !grows)) continue;
            await writer.WriteAsync(HostMessageWriter.ToWire(message), cancel);
        }
    }
}
