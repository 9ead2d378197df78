using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Sync.Engine.Link;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Pulling;

/// <summary>A pull that is open, at the guest: first the tree, then wants and their answers. One reader, one asker.</summary>
public sealed class GuestPull : IOpenPull
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<PullAsk, PulledMessage> _call;
    private readonly PeerAddress _address;
    private readonly PinnedHost _host;

    internal GuestPull(GrpcChannel channel, AsyncDuplexStreamingCall<PullAsk, PulledMessage> call, PullHead head, PeerAddress address, PinnedHost host)
    {
        _channel = channel;
        _call = call;
        _address = address;
        _host = host;
        Head = head;
    }

    /// <summary>What it brings.</summary>
    public PullHead Head { get; }

    /// <summary>Completes when so many bytes that came may be taken.</summary>
    internal Func<int, CancellationToken, ValueTask> Pass { get; init; } = static (_, _) => ValueTask.CompletedTask;

    /// <summary>Reads the tree, which follows the head unless it is known.</summary>
    /// <exception cref="LinkException">The link broke, or the host the protocol.</exception>
    public async Task<PulledTree> ReadTreeAsync(CancellationToken cancel)
    {
        var records = new MemoryStream();
        while (records.Length < Head.RecordBytes)
        {
            if (await NextAsync(cancel) is not { Frame: { KindCase: PullFrame.KindOneofCase.Entries } frame }) throw Bounds.Violation("the tree of a pull is cut off");
            if (records.Length + frame.Entries.Length > Math.Min(Head.RecordBytes, Array.MaxLength)) throw Bounds.Violation("the tree of a pull is too long");
            frame.Entries.WriteTo(records);
        }

        var tree = PulledTree.Read(records.ToArray(), Head.Entries);
        if (!tree.Hash.Span.SequenceEqual(Head.TreeHash.Span)) throw Bounds.Violation("the tree of a pull is another than was announced");
        return tree;
    }

    /// <summary>Asks for contents.</summary>
    public async Task AskAsync(IEnumerable<PullWant> wants, CancellationToken cancel)
    {
        foreach (var ask in PullMapping.ToWire(wants)) await WriteAsync(() => _call.RequestStream.WriteAsync(ask, cancel), cancel);
    }

    /// <summary>Nothing more will be asked for: the pull ends when all has come.</summary>
    public Task FinishAsync(CancellationToken cancel) => WriteAsync(_call.RequestStream.CompleteAsync, cancel);

    /// <summary>The answers, until all that was asked for has come and <see cref="FinishAsync"/> was called. The reader disposes each.</summary>
    public async IAsyncEnumerable<PullPiece> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (await NextAsync(cancel) is { } message)
        {
            if (message.Piece is { } piece)
            {
                await Pass(piece.WireLength, cancel);
                yield return piece;
                continue;
            }

            var (kind, bytes) = message.Frame switch
            {
                { KindCase: PullFrame.KindOneofCase.Gone } frame => (PullPieceKind.Gone, frame.Gone),
                { KindCase: PullFrame.KindOneofCase.Chunks } frame => (PullPieceKind.Chunks, frame.Chunks),
                _ => throw Bounds.Violation("a pull goes on with what nobody asked for"),
            };
            if (bytes.Length > PullLimits.MaxPiece) throw Bounds.Violation("a piece of a pull is too long");
            var other = PullPiece.Rent(kind, bytes.Length);
            bytes.CopyTo(other.Buffer, 0);
            yield return other;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<PulledMessage?> NextAsync(CancellationToken cancel)
    {
        try
        {
            return await _call.ResponseStream.MoveNext(cancel) ? _call.ResponseStream.Current : null;
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidOperationException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            var failure = CallFailures.ToLink(e, _address, _host);
            throw failure.Failure == LinkFailure.Unreachable
                ? new LinkException(LinkFailure.Unreachable, $"The connection to the host at {_address} was lost under way. The directory is as it was; pull again, and it goes on where it stopped.", e)
                : failure;
        }
    }

    /// <summary>A write that failed says only that the call is over; its reader learns why.</summary>
    private static async Task WriteAsync(Func<Task> write, CancellationToken cancel)
    {
        try
        {
            await write();
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidOperationException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
        }
    }
}
