using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Link;
using Sync.Engine.Scanning;

namespace Sync.Engine.Transfer;

/// <summary>
/// One large content on its way out. Each chunk is read and goes out only when it is what the chunk list says, by its hash or, of long files, by the sums of its blocks: whatever
/// happens to the file meanwhile, no byte of another content is sent. So its stamp need not be looked at: a touched or renamed file is still the same bytes.
/// </summary>
internal sealed class OutgoingContent(IFileSystem files, VerifiedManifests manifests, IContentLocator locator, ContentRequest request, ChannelWriter<ContentFrame> output)
{
    /// <summary>The payload of a frame: stays off the large-object heap.</summary>
    public const int FrameSize = FrameBuffers.Size;

    private readonly List<ContentFrame> _unverified = [];
    private byte[] _frame = FrameBuffers.Rent();
    private int _filled;

    /// <summary>Writes all its frames, the end included.</summary>
    public Task RunAsync(CancellationToken cancel) => OutgoingEnd.WriteAsync(output, request.Id, SendAsync(cancel), cancel);

    private async ValueTask<ContentFrame.End> SendAsync(CancellationToken cancel)
    {
        var opened = await OpenedContent.OpenAsync(files, locator, request, null, cancel);
        if (opened.File is not { } file) return End(opened.Status, opened.Detail);
        using (file)
        {
            var manifest = manifests.Find(request.Content);
            if (manifest is null)
            {
                var reading = FileReading.Of(files, opened.Path, cancel, manifests.Key, lines: file is LfView ? LineChoice.Lf : default);
                if (reading.Error != FsError.None) return OpenedContent.Unreadable(request.Id, opened.Path, reading.Error);
                if (reading.Changed || reading.Manifest!.Id != request.Content) return End(TransferStatus.Superseded);
                manifest = reading.Manifest;
                manifests.Keep(manifest);
                manifests.Keep(manifest.Id, reading.Sums);
            }

            if (manifest.Length != opened.Length) return End(TransferStatus.Superseded);
            if (request.Offset < 0 || request.Offset > manifest.Length) return End(TransferStatus.Failed, "It was asked for from beyond its end.");

            var basis = manifests.Find(request.Basis);
            var plan = TransferPlan.Between(manifest, basis);
            var sums = basis is not null && request.TakesDeltas && plan.DataLength > 0 ? manifests.FindSums(request.Basis, basis.Length) : null;
            // Where the basis helps nothing the asker need not have it.
            if (!HasCopies(plan) && sums is null) basis = null;
            await output.WriteAsync(new ContentFrame.Start(request.Id, manifest.Id, basis?.Id ?? default, request.Offset, ManifestDelta.Encode(manifest, basis)), cancel);

            var known = new KnownFile(manifest, file, manifests);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var encoder = sums is null ? null : new BlockDeltaEncoder(sums, manifests.Key, delta => _unverified.Add(new ContentFrame.Delta(request.Id, delta.Steps, delta.Literals)));
            var segments = plan.From(request.Offset).Segments;
            for (var i = 0; i < segments.Length; i++)
            {
                var segment = segments[i];
                if (segment.Kind != SegmentKind.Data) continue;
                if (encoder is not null) BeginRange(encoder, segments, i, basis!.Length);
                for (var index = manifest.IndexAt(segment.TargetOffset); index < manifest.Count && manifest.OffsetOf(index) < segment.TargetEnd; index++)
                {
                    var error = encoder is null
                        ? Read(known, manifest[index], segment.TargetOffset, hash, out var isChunk)
                        : Read(file, manifest[index], segment.TargetOffset, encoder, out isChunk);
                    if (error != FsError.None) return OpenedContent.Unreadable(request.Id, opened.Path, error);
                    if (!isChunk) return End(TransferStatus.Superseded);
                    await SendVerifiedAsync(cancel);
                }

                encoder?.EndRange();
            }

            encoder?.Finish();
        }

        await SendVerifiedAsync(cancel);
        if (_filled > 0) await output.WriteAsync(ContentFrame.Data.InRented(request.Id, _frame, _filled), cancel);
        return End(TransferStatus.Complete);
    }

    /// <summary>What is not copied was, most likely, between what is copied before and behind it.</summary>
    internal static void BeginRange(BlockDeltaEncoder encoder, ImmutableArray<Segment> segments, int index, long basisLength)
    {
        var from = index > 0 && segments[index - 1] is { Kind: SegmentKind.Copy } before ? before.SourceOffset + before.Length : index == 0 ? segments[0].TargetOffset : 0;
        var to = index + 1 < segments.Length ? segments[index + 1] is { Kind: SegmentKind.Copy } behind ? behind.SourceOffset : basisLength : basisLength;
        if (from <= to) encoder.BeginRange(from, to);
        else encoder.BeginRange(0, basisLength);
    }

    private async ValueTask SendVerifiedAsync(CancellationToken cancel)
    {
        foreach (var frame in _unverified) await output.WriteAsync(frame, cancel);
        _unverified.Clear();
    }

    // The whole chunk first, then what of it is in the basis.
    private FsError Read(IReadableFile file, in Chunk chunk, long from, BlockDeltaEncoder encoder, out bool isChunk)
    {
        isChunk = false;
        var buffer = ArrayPool<byte>.Shared.Rent(chunk.Length);
        try
        {
            var bytes = buffer.AsSpan(0, chunk.Length);
            for (var filled = 0; filled < bytes.Length;)
            {
                var error = file.Read(chunk.Offset + filled, bytes[filled..], out var read);
                if (error != FsError.None || read == 0) return error;
                filled += read;
            }

            isChunk = new ChunkId(SHA256.HashData(bytes)) == chunk.Id;
            if (isChunk) encoder.Append(bytes[(int)Math.Max(0, from - chunk.Offset)..]);
            return FsError.None;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Only a chunk in which the transfer is resumed is sent in part; it is looked at whole all the same.
    private FsError Read(KnownFile file, in Chunk chunk, long from, IncrementalHash hash, out bool isChunk)
    {
        isChunk = true;
        var isTold = file.CanTell(chunk);
        var end = chunk.Offset + chunk.Length;
        for (var at = chunk.Offset; at < end && isChunk;)
        {
            var isSent = at >= from;
            var room = isSent ? FrameSize - _filled : from - at;
            var error = file.Read(at, Math.Min(room, end - at), isTold, out var piece, out isChunk);
            if (error != FsError.None) return error;
            isChunk &= !piece.IsEmpty;
            if (!isTold) hash.AppendData(piece.Span);
            at += piece.Length;
            if (!isSent) continue;
            piece.Span.CopyTo(_frame.AsSpan(_filled));
            _filled += piece.Length;
            if (_filled < FrameSize) continue;
            _unverified.Add(ContentFrame.Data.InRented(request.Id, _frame, FrameSize));
            _frame = FrameBuffers.Rent();
            _filled = 0;
        }

        if (isTold) return FsError.None;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        isChunk &= new ChunkId(digest) == chunk.Id;
        return FsError.None;
    }

    private ContentFrame.End End(TransferStatus status, string? detail = null) => new(request.Id, status, detail);

    private static bool HasCopies(TransferPlan plan)
    {
        foreach (var segment in plan.Segments)
            if (segment.Kind == SegmentKind.Copy) return true;
        return false;
    }
}
