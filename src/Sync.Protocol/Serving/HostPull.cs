using System.Diagnostics;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Engine.Snapshots;
using Sync.Protocol.Mapping;
using Sync.Protocol.Pulling;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Serving;

/// <summary>Runs one guest's pull on the host: the head, the tree's records, then what the guest asks for.</summary>
internal sealed class HostPull(
    string guest, IShareServer shares, IBulkLimits limits, TimeProvider time, IAsyncStreamReader<PullAsk> asks, IServerStreamWriter<PullFrame> frames, Action abort)
{
    /// <summary>How long a guest may take to say hello.</summary>
    private static readonly TimeSpan HelloDeadline = TimeSpan.FromSeconds(10);

    /// <summary>How long a pull that is ended may take to hand over what is being written.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    /// <summary>Returns when the guest has all that it asked for.</summary>
    /// <exception cref="LinkException">The pull was refused, or broke.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var hello = await ReadHelloAsync(cancel);
        var version = HelloMapping.Negotiate(hello.Versions);
        await using var source = await shares.OpenPullAsync(guest, PullMapping.FromWire(hello), cancel);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, source.Ended);
        try
        {
            await SendAsync(source, version, new PiecePacker(PullMapping.Unpacks(hello)), both.Token);
        }
        catch (OperationCanceledException) when (source.Ended.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new LinkException(LinkFailure.NotAllowed, "The host has ended this pull: the guest's right was revoked, or the share stopped.");
        }
        catch (RpcException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
    }

    private async Task SendAsync(IPullSource source, uint version, PiecePacker packer, CancellationToken cancel)
    {
        await WriteAsync(new PullFrame { Head = PullMapping.ToWire(source.Head, version) }, cancel);
        if (!source.Head.IsKnown)
        {
            foreach (var page in source.Pages) await WriteAsync(new PullFrame { Entries = UnsafeByteOperations.UnsafeWrap(page) }, cancel);
        }

        await foreach (var piece in source.ReadAsync(ReadWantsAsync(cancel), cancel))
        {
            using (piece)
            {
                var frame = packer.ToWire(piece);
                var bytes = frame.CalculateSize();
                var begun = Stopwatch.GetTimestamp();
                await limits.SendAsync(guest, bytes, cancel);
                await WriteAsync(frame, cancel);
                packer.Rate.Sent(bytes, begun);
            }
        }
    }

    /// <summary>A write that is cancelled resets the stream, and the guest would never learn why: it is waited for, a moment. What was given is serialised before the first wait,
    /// so its buffer may be used again however this ends.</summary>
    private async Task WriteAsync(PullFrame frame, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var writing = frames.WriteAsync(frame, CancellationToken.None);
        try
        {
            await writing.WaitAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await Task.WhenAny(writing, Task.Delay(Farewell, time, CancellationToken.None));
            // It does not read: its write ends only with the call.
            if (!writing.IsCompleted) abort();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task<PullHello> ReadHelloAsync(CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(HelloDeadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            if (await asks.MoveNext(both.Token) && asks.Current.KindCase == PullAsk.KindOneofCase.Hello) return asks.Current.Hello;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new LinkException(LinkFailure.Unavailable, "The guest said no hello in time.");
        }

        throw Bounds.Violation("a pull that does not begin with a hello");
    }

    private async IAsyncEnumerable<PullWant> ReadWantsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        while (await asks.MoveNext(cancel))
        {
            if (asks.Current.KindCase != PullAsk.KindOneofCase.Wants) throw Bounds.Violation("a second hello");
            foreach (var want in PullMapping.FromWire(asks.Current.Wants)) yield return want;
        }
    }
}
