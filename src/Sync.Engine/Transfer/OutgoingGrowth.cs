using System.Buffers;
using System.Security.Cryptography;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;

namespace Sync.Engine.Transfer;

/// <summary>
/// A content that goes out while it is still being read, in legs: each begins with the chunk list of all that is known by then, encoded against the basis, and has what that adds. Bytes are
/// not compared with their chunks before they go: who gets them does that, and asks anew, in the usual way, for what turns out to be no content. So the file's stamp is looked at with each megabyte.
/// </summary>
internal sealed class OutgoingGrowth(IFileSystem files, VerifiedManifests manifests, GrowingContent content, ContentRequest request, GrowingContents all, ChannelWriter<ContentFrame> output)
{
    private readonly List<ContentFrame> _ready = [];
    private byte[] _frame = FrameBuffers.Rent();
    private int _filled;
    private long _unlooked;

    /// <summary>Bytes between two looks at the file's stamp.</summary>
    private const long LookEvery = 1 << 20;

    /// <summary>Writes all its frames, the end included.</summary>
    public Task RunAsync(CancellationToken cancel) => OutgoingEnd.WriteAsync(output, request.Id, SendAsync(cancel), cancel);

    private async ValueTask<ContentFrame.End> SendAsync(CancellationToken cancel)
    {
        if (files.OpenRead(content.Path, out var opened) != FsError.None) return End(TransferStatus.Superseded);
        using var file = ReadAheadFile.Over(opened!, content.Seen.Size);
        if (!IsAsSeen(file)) return End(TransferStatus.Superseded);
        var basis = content.Former is { } former && former.Id == request.Basis ? former : null;
        var sums = basis is not null && request.TakesDeltas ? manifests.FindSums(basis.Id, basis.Length) : null;
        var encoder = sums is null ? null : new BlockDeltaEncoder(sums, manifests.Key, delta => _ready.Add(new ContentFrame.Delta(request.Id, delta.Steps, delta.Literals)));
        long sent = 0;
        for (var isWhole = false; !isWhole;)
        {
            // A list is sent once more with each leg, so legs grow with what has gone.
            if (await content.FrontAsync(sent, Math.Max(all.Least, sent / 4), cancel) is not { } front) return End(TransferStatus.Superseded);
            (var manifest, isWhole) = front;
            if (!all.MayGo() || !IsAsSeen(file)) return End(TransferStatus.Superseded);
            await output.WriteAsync(new ContentFrame.Start(request.Id, manifest.Id, basis?.Id ?? default, sent, ManifestDelta.Encode(manifest, basis)) { GrowsTo = content.Seen.Size }, cancel);
            if (await SendLegAsync(file, manifest, TransferPlan.Between(manifest, basis).From(sent), basis, encoder, cancel) is { } failed) return failed;
            sent = manifest.Length;
        }

        return End(TransferStatus.Complete);
    }

    private async ValueTask<ContentFrame.End?> SendLegAsync(IReadableFile file, Manifest manifest, TransferPlan plan, Manifest? basis, BlockDeltaEncoder? encoder, CancellationToken cancel)
    {
        for (var i = 0; i < plan.Segments.Length; i++)
        {
            var segment = plan.Segments[i];
            if (segment.Kind != SegmentKind.Data) continue;
            if (encoder is not null) OutgoingContent.BeginRange(encoder, plan.Segments, i, basis!.Length);
            for (var index = manifest.IndexAt(segment.TargetOffset); index < manifest.Count && manifest.OffsetOf(index) < segment.TargetEnd; index++)
            {
                var error = encoder is null ? Read(file, manifest[index], out var isThere) : Encode(file, manifest[index], encoder, out isThere);
                if (error != FsError.None) return OpenedContent.Unreadable(request.Id, content.Path, error);
                if (!isThere) return End(TransferStatus.Superseded);
                foreach (var frame in _ready) await output.WriteAsync(frame, cancel);
                _ready.Clear();
                // A writer at work has made all that was sent worthless, most likely.
                if ((_unlooked += manifest.LengthOf(index)) < LookEvery) continue;
                _unlooked = 0;
                if (!all.MayGo() || !IsAsSeen(file)) return End(TransferStatus.Superseded);
            }

            encoder?.EndRange();
        }

        encoder?.Finish();
        foreach (var frame in _ready) await output.WriteAsync(frame, cancel);
        _ready.Clear();
        if (_filled == 0) return null;
        await output.WriteAsync(ContentFrame.Data.InRented(request.Id, _frame, _filled), cancel);
        _frame = FrameBuffers.Rent();
        _filled = 0;
        return null;
    }

    private FsError Encode(IReadableFile file, in Chunk chunk, BlockDeltaEncoder encoder, out bool isThere)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(chunk.Length);
        try
        {
            var bytes = buffer.AsSpan(0, chunk.Length);
            var error = file.Read(chunk.Offset, bytes, out var read);
            // What is taken from the basis is found by sums: a chunk that has changed since would be put together wrongly.
            isThere = read == chunk.Length && new ChunkId(SHA256.HashData(bytes)) == chunk.Id;
            if (error == FsError.None && isThere) encoder.Append(bytes);
            return error;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private FsError Read(IReadableFile file, in Chunk chunk, out bool isThere)
    {
        isThere = true;
        for (long at = chunk.Offset, end = chunk.Offset + chunk.Length; at < end && isThere;)
        {
            var error = file.Read(at, _frame.AsSpan(_filled, (int)Math.Min(_frame.Length - _filled, end - at)), out var read);
            if (error != FsError.None) return error;
            isThere = read > 0;
            at += read;
            _filled += read;
            if (_filled < _frame.Length) continue;
            _ready.Add(ContentFrame.Data.InRented(request.Id, _frame, _filled));
            _frame = FrameBuffers.Rent();
            _filled = 0;
        }

        return FsError.None;
    }

    private bool IsAsSeen(IReadableFile file) => file.Stat(out var now) == FsError.None && now.Stamp == content.Seen;

    private ContentFrame.End End(TransferStatus status, string? detail = null) => new(request.Id, status, detail);
}
