using System.Diagnostics;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Transfers;

/// <summary>Writes frames to a stream, and measures the link by how long that takes. Not thread-safe.</summary>
internal sealed class FrameSender(FrameWriter writer, PayloadCompressor compressor, IAsyncStreamWriter<Frame> stream)
{
    /// <summary>So many bytes are gathered at most before they are sent.</summary>
    private const int MostGathered = 128 << 10;

    /// <summary>A frame in a group beside its payload, in bytes at the most: ids, lengths.</summary>
    private const int FrameHead = FrameSize.Head;

    private static readonly WriteOptions Gathering = new(WriteFlags.BufferHint);
    private readonly List<ContentFrame> _group = [];
    private int _groupSize;
    private int _gathered;

    /// <summary>Sends what was gathered: then frames are gathered, and whoever writes them calls <see cref="FlushAsync"/>. Null: each is sent at once.</summary>
    public Func<CancellationToken, ValueTask>? Flush { get; init; }

    /// <summary>Completes when so many bytes may go; null: always. What it takes counts as the link's time, so that what may go only slowly is packed.</summary>
    public Func<int, CancellationToken, ValueTask>? Pass { get; init; }

    /// <summary>The peer takes small frames as one.</summary>
    public bool Groups { get; init; }

    public async ValueTask SendAsync(ContentFrame frame, CancellationToken cancel)
    {
        var size = SizeIfGrouped(frame);
        if (_group.Count > 0 && (size is null || _groupSize + size > WireLimits.MaxGroup || _group.Count == WireLimits.MaxGrouped)) await SendGroupAsync(cancel);
        if (size is null)
        {
            await WriteAsync(writer.ToWire(frame), cancel);
            // A write has copied what it is given.
            if (frame is ContentFrame.Data data) data.Release();
            return;
        }

        _group.Add(frame);
        _groupSize += size.Value;
    }

    private int? SizeIfGrouped(ContentFrame frame) => !Groups || Flush is null ? null : frame switch
    {
        ContentFrame.Whole whole => whole.Bytes.Length + FrameHead,
        ContentFrame.Patched patched => patched.Steps.Length + patched.Literals.Length + FrameHead,
        ContentFrame.End { Detail: null } => FrameHead,
        _ => null,
    };

    private async ValueTask SendGroupAsync(CancellationToken cancel)
    {
        var frames = _group.Count == 1 ? writer.ToWire(_group[0]) : writer.ToWire(_group);
        await WriteAsync(frames, cancel);
        _group.Clear();
        _groupSize = 0;
    }

    private async ValueTask WriteAsync(IEnumerable<Frame> frames, CancellationToken cancel)
    {
        foreach (var wire in frames)
        {
            var payload = FrameSize.OfPayload(wire);
            var begun = Stopwatch.GetTimestamp();
            if (Pass is not null) await PassAsync(payload + FrameSize.Head, cancel);
            stream.WriteOptions = Flush is null ? null : Gathering;
            await stream.WriteAsync(wire, cancel);
            if (Flush is null)
            {
                if (payload > 0) compressor.Rate.Sent(payload, begun);
                continue;
            }

            _gathered += payload + 64;
            if (_gathered >= MostGathered) await FlushGatheredAsync(cancel);
        }
    }

    /// <summary>Sends what was gathered.</summary>
    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        if (_group.Count > 0) await SendGroupAsync(cancel);
        await FlushGatheredAsync(cancel);
    }

    private async ValueTask PassAsync(int bytes, CancellationToken cancel)
    {
        var passing = Pass!(bytes, cancel);
        if (passing.IsCompletedSuccessfully) return;
        // What may go already does not wait for what may not.
        await FlushGatheredAsync(cancel);
        var begun = Stopwatch.GetTimestamp();
        await passing;
        compressor.Rate.Held(Stopwatch.GetElapsedTime(begun));
    }

    private async ValueTask FlushGatheredAsync(CancellationToken cancel)
    {
        if (_gathered == 0 || Flush is null) return;
        var begun = Stopwatch.GetTimestamp();
        await Flush(cancel);
        compressor.Rate.Sent(_gathered, begun);
        _gathered = 0;
    }
}
