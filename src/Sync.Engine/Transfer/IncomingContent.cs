using System.Collections.Immutable;
using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Scanning;

namespace Sync.Engine.Transfer;

/// <summary>
/// A large content on its way in: puts it together in staging from the basis, from itself and from the wire, and verifies every byte as it passes.
/// Each step answers null, or how the transfer ended; then nothing may follow but its disposal. Not thread-safe.
/// </summary>
internal sealed class IncomingContent : IDisposable
{
    private const int BufferSize = 256 << 10;
    private const int DeltaPiece = 64 << 10;

    [ThreadStatic]
    private static byte[]? _buffer;

    [ThreadStatic]
    private static byte[]? _deltaBuffer;

    private readonly long? _grows;
    private Manifest _manifest;
    private ImmutableArray<Segment> _segments;
    private readonly KnownFile? _basis;
    private readonly ManifestVerifier _verifier;
    private readonly SparseWriter _writer;
    private readonly long _resumedAt;
    private readonly bool _sharesBlocks;
    private readonly BlockSummer? _summer;
    private readonly SideWork? _aside;
    private StagedPart? _part;
    private int _index;
    private bool _hasDeltas;

    /// <param name="manifest">What it must become.</param>
    /// <param name="plan">How, from <paramref name="offset"/> on.</param>
    /// <param name="basis">Its file is taken over; null where nothing is copied.</param>
    /// <param name="part">Taken over.</param>
    /// <param name="offset">So many bytes are there already, to be verified by <see cref="Begin"/>.</param>
    /// <param name="key">For the sums of its blocks.</param>
    /// <param name="sharesBlocks">The file system can let two files share blocks: what is copied takes no space.</param>
    /// <param name="grows">It is but the front of what is to become that long in all, in bytes; null: it is all.</param>
    public IncomingContent(Manifest manifest, TransferPlan plan, KnownFile? basis, StagedPart part, long offset, BlockKey key, bool sharesBlocks, long? grows = null)
    {
        var length = grows ?? manifest.Length;
        _grows = grows;
        _manifest = manifest;
        _segments = plan.Segments;
        _basis = basis;
        _part = part;
        _resumedAt = offset;
        _sharesBlocks = sharesBlocks;
        _verifier = new ManifestVerifier(manifest);
        _writer = new SparseWriter(part.File, offset);
        if (length < BlockSums.WorthwhileLength) return;
        _summer = new BlockSummer(key, length);
        if (basis is not null && length >= LongReading.WorthwhileAside) _aside = new SideWork();
    }

    /// <summary>Names it.</summary>
    public ContentId Content => _manifest.Id;

    /// <summary>More of it is yet to be announced.</summary>
    public bool Grows => _grows is not null;

    /// <summary>What is copied from; none: nothing.</summary>
    public ContentId Basis => _basis?.Manifest.Id ?? default;

    /// <summary>The basis' chunks.</summary>
    public Manifest? BasisManifest => _basis?.Manifest;

    /// <summary>How much of it is there, in bytes.</summary>
    public long Position => _writer.Position;

    /// <summary>How much memory its manifest takes, in chunks.</summary>
    public int ChunkCount => _manifest.Count;

    /// <summary>Verifies what is there from before, cuts off the rest, and copies what comes first.</summary>
    public IncomingEnd? Begin(CancellationToken cancel)
    {
        var file = _part!.File;
        var buffer = _buffer ??= new byte[BufferSize];
        for (long at = 0; at < _resumedAt;)
        {
            cancel.ThrowIfCancellationRequested();
            var error = file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, _resumedAt - at)), out var read);
            if (error != FsError.None) return Failed(error, "reading");
            if (read == 0 || !Verify(buffer.AsSpan(0, read)))
                return new IncomingEnd(TransferStatus.Failed, "What is left of an earlier transfer is less than was asked to go on from.");
            at += read;
        }

        var cut = file.SetLength(_resumedAt);
        return cut == FsError.None ? Copy(cancel) : Failed(cut, "cutting");
    }

    /// <summary>Whether a longer list adds so much that there cannot be many of them, or is the whole.</summary>
    public bool GrowsEnough(Manifest longer) => longer.Length == _grows || longer.Length - _manifest.Length >= _manifest.Length / 8;

    /// <summary>Goes on with a longer content, of which this one is the front: all of that has come.</summary>
    /// <param name="longer">What it must become.</param>
    /// <param name="plan">How, from the end of the present one on.</param>
    /// <param name="cancel">Ends it early.</param>
    public IncomingEnd? Extend(Manifest longer, TransferPlan plan, CancellationToken cancel)
    {
        // A chunk taken over from the basis' end may have ended there only because the basis did.
        var endsBasis = _segments is [.., { Kind: SegmentKind.Copy } last] && last.SourceOffset + last.Length == _basis!.Manifest.Length;
        if (_grows is null || longer.Length > _grows || endsBasis || _index < _segments.Length || !_verifier.Extend(longer)) return Corrupt("What it was to become is not how it goes on.");
        (_manifest, _segments, _index) = (longer, plan.Segments, 0);
        // It has its name now: should the link be lost, it is gone on from.
        if (longer.Length == _grows) _part!.Claim(longer.Id);
        return Copy(cancel);
    }

    /// <summary>Takes the next bytes off the wire, and copies what follows them.</summary>
    public IncomingEnd? Take(ReadOnlySpan<byte> bytes, CancellationToken cancel)
    {
        if (bytes.IsEmpty) return Corrupt("A frame without bytes came.");
        while (!bytes.IsEmpty)
        {
            if (_index == _segments.Length) return Corrupt("More bytes came than were announced.");
            var taken = bytes[..(int)Math.Min(bytes.Length, _segments[_index].TargetEnd - _writer.Position)];
            if (!Verify(taken)) return Refused();
            var error = _writer.Append(taken);
            if (error != FsError.None) return Failed(error, "writing");
            bytes = bytes[taken.Length..];
            if (_writer.Position != _segments[_index].TargetEnd) continue;
            _index++;
            if (Copy(cancel) is { } end) return end;
        }

        return null;
    }

    /// <summary>Takes the next bytes as steps against the basis.</summary>
    public IncomingEnd? Take(ReadOnlySpan<byte> steps, ReadOnlySpan<byte> literals, CancellationToken cancel)
    {
        if (_basis is null) return Corrupt("A delta came without a basis.");
        if (steps.IsEmpty) return Corrupt("A delta without steps came.");
        _hasDeltas = true;
        var error = _basis.File.Stat(out var stat);
        if (error != FsError.None) return Failed(error, "reading the basis");
        var reader = new BlockDeltaReader(steps, literals, stat.Stamp.Size);
        // One of its own: what is taken may go on with copies, through the other.
        var buffer = _deltaBuffer ??= new byte[DeltaPiece];
        while (reader.Next())
        {
            if (!reader.Literals.IsEmpty && Take(reader.Literals, cancel) is { } end) return end;
            for (long done = 0; done < reader.CopyLength;)
            {
                cancel.ThrowIfCancellationRequested();
                error = _basis.File.Read(reader.CopyOffset + done, buffer.AsSpan(0, (int)Math.Min(DeltaPiece, reader.CopyLength - done)), out var read);
                if (error != FsError.None) return Failed(error, "reading the basis");
                if (read == 0) return BasisChanged;
                if (Take(buffer.AsSpan(0, read), cancel) is { } ended) return ended;
                done += read;
            }
        }

        return reader.IsDamaged ? Corrupt("A delta is none of this basis.") : null;
    }

    /// <summary>The sender has sent all: checks that it is all, and puts it where complete contents stand.</summary>
    public IncomingEnd Finish(VerifiedManifests manifests)
    {
        if (_index < _segments.Length || !_verifier.IsComplete) return Corrupt("It ended before all bytes had come.");
        var error = _writer.Finish();
        if (error != FsError.None) return Failed(error, "writing back");
        manifests.Keep(_manifest);
        manifests.Keep(_manifest.Id, _summer?.Finish());
        var part = _part!;
        _part = null;
        error = part.Complete(_manifest.Id, IsContent);
        return error == FsError.None ? new IncomingEnd(TransferStatus.Complete, null) : Failed(error, "naming");
    }

    /// <summary>Removes what has come: it is not to be gone on from.</summary>
    public void Discard()
    {
        _part?.Discard();
        _part = null;
    }

    /// <summary>Keeps what is verified for another time, unless it was finished or discarded.</summary>
    public void Dispose()
    {
        _aside?.Dispose();
        _part?.Suspend(_verifier.VerifiedLength);
        _part = null;
        _basis?.File.Dispose();
        _verifier.Dispose();
    }

    private IncomingEnd? Copy(CancellationToken cancel)
    {
        for (; _index < _segments.Length && _segments[_index].Kind != SegmentKind.Data; _index++)
        {
            var segment = _segments[_index];
            var end = segment.Kind == SegmentKind.Copy ? CopyFromBasis(segment, cancel) : CopyFromSelf(segment, cancel);
            if (end is not null) return end;
        }

        return null;
    }

    // Through memory, verified before it is written: one copy less than in the kernel and read back, and no search for the next hole at each
    // segment, which in a file written lately goes through all of its pages.
    private IncomingEnd? CopyFromBasis(in Segment segment, CancellationToken cancel)
    {
        if (_sharesBlocks) return ShareWithBasis(segment, cancel);
        var keepsCuts = TransferPlan.KeepsCuts(_manifest, _basis!.Manifest, segment);
        var knownTo = keepsCuts ? _basis.KnownTo(segment) : 0;
        while (_writer.Position < segment.TargetEnd)
        {
            cancel.ThrowIfCancellationRequested();
            var from = segment.SourceOffset + (_writer.Position - segment.TargetOffset);
            var isKnown = from < knownTo;
            var error = _basis.Read(from, isKnown ? knownTo - from : segment.TargetEnd - _writer.Position, isKnown, out var piece, out var isRight);
            if (error != FsError.None) return Failed(error, "reading the basis");
            if (piece.IsEmpty || !isRight) return BasisChanged;
            if (isKnown) _verifier.Trust(piece.Length);
            else if (keepsCuts) _verifier.TrustCuts(piece.Length);
            // Two thirds of the work are the hash, where it is due. What is written before it is known to be right counts only once it is.
            if (!isKnown) _aside?.Begin(() => _verifier.Hash(piece.Span));
            isRight = (keepsCuts || _verifier.Cut(piece.Span)) && (isKnown || _aside is not null || _verifier.Hash(piece.Span));
            if (isRight && _summer is not null)
            {
                if (isKnown) _basis.Sum(_summer, piece.Span, from);
                else _summer.Append(piece.Span);
            }

            error = isRight ? _writer.Append(piece.Span) : FsError.None;
            _aside?.Wait();
            isRight &= !_verifier.IsRefused;
            if (!isRight) return BasisChanged;
            if (error != FsError.None) return Failed(error, "writing");
        }

        return null;
    }

    private IncomingEnd? ShareWithBasis(in Segment segment, CancellationToken cancel)
    {
        while (_writer.Position < segment.TargetEnd)
        {
            cancel.ThrowIfCancellationRequested();
            var from = _writer.Position;
            var error = _writer.Copy(_basis!.File, segment.SourceOffset + (from - segment.TargetOffset), segment.TargetEnd - from, out var copied);
            if (error == FsError.Invalid) return BasisChanged;
            if (error != FsError.None) return Failed(error, "copying");

            // What counts is the copy: the basis may be written to at any time.
            var buffer = _buffer ??= new byte[BufferSize];
            for (long done = 0; done < copied;)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, copied - done));
                error = _writer.Read(from + done, piece);
                if (error != FsError.None) return Failed(error, "reading back");
                if (!Verify(piece)) return BasisChanged;
                done += piece.Length;
            }
        }

        return null;
    }

    private IncomingEnd? CopyFromSelf(in Segment segment, CancellationToken cancel)
    {
        var buffer = _buffer ??= new byte[BufferSize];
        while (_writer.Position < segment.TargetEnd)
        {
            cancel.ThrowIfCancellationRequested();
            var done = _writer.Position - segment.TargetOffset;
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, segment.Length - done));
            var error = _writer.Read(segment.SourceOffset + done, piece);
            if (error != FsError.None) return Failed(error, "reading back");
            if (!Verify(piece)) return Refused();
            error = _writer.Append(piece);
            if (error != FsError.None) return Failed(error, "writing");
        }

        return null;
    }

    private bool Verify(ReadOnlySpan<byte> bytes)
    {
        _summer?.Append(bytes);
        return _verifier.Append(bytes);
    }

    private IncomingEnd Refused()
    {
        // It may be the sender's sums or our basis; without deltas it will be neither.
        if (_hasDeltas) return BasisChanged;
        // Of a chunk that was begun in an earlier transfer, the earlier half may be the wrong one: what is before it stays.
        return _verifier.Mismatch is { } chunk && chunk.Offset < _resumedAt
            ? new IncomingEnd(TransferStatus.Failed, "What is left of an earlier transfer does not fit.")
            : Corrupt($"What came for the bytes from {_verifier.VerifiedLength} on is not what was announced.");
    }

    private static IncomingEnd BasisChanged => new(TransferStatus.NoBasis, "The basis is not what it was.");

    private static IncomingEnd Corrupt(string detail) => new(TransferStatus.Corrupt, detail);

    // A full disk is not left full.
    private IncomingEnd Failed(FsError error, string doing)
    {
        if (error == FsError.NoSpace) Discard();
        return new IncomingEnd(TransferStatus.Failed, error == FsError.NoSpace ? "The disk is full." : $"In staging, {doing} failed: {error}.");
    }

    private bool IsContent(IReadableFile file)
    {
        using var verifier = new ManifestVerifier(_manifest);
        var buffer = _buffer ??= new byte[BufferSize];
        for (long at = 0; ;)
        {
            if (file.Read(at, buffer, out var read) != FsError.None) return false;
            if (read == 0) return verifier.IsComplete;
            if (!verifier.Append(buffer.AsSpan(0, read))) return false;
            at += read;
        }
    }
}
