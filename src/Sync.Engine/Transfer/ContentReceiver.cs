using System.Runtime.InteropServices;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Machines;
using Sync.Engine.Store;

namespace Sync.Engine.Transfer;

/// <summary>
/// Takes the frames of any number of transfers of one stream and turns them into verified contents: small ones in memory, large ones in staging.
/// Small ones are also kept for who asks for them next, if a place for that is given. What is under way when it is disposed is kept, to go on from. One caller at a time, but for <see cref="ResumeOffset"/>; its I/O blocks the caller.
/// </summary>
internal sealed class ContentReceiver(
    IFileSystem files, StagingArea staging, ManifestStore manifests, SmallContents? small, IContentLocator locator, long maxLength) : IDisposable
{
    /// <summary>Transfers under way at a time: a sender has two.</summary>
    public const int MaxOpen = 64;

    /// <summary>Chunks in the manifests of all of them, 40 bytes each: two files of 1 TiB, or whatever an unfriendly peer makes of it.</summary>
    private const long MaxChunks = 4 << 20;

    /// <summary>The longest content that can be announced bit by bit, in bytes.</summary>
    private const long MaxGrown = 16L << 40;

    /// <summary>Ended here while the sender does not know yet; its frames are on the way.</summary>
    private const int MaxEnded = 1024;

    private readonly VerifiedManifests _manifests = new(manifests);
    private readonly Dictionary<long, IncomingContent> _open = [];
    private readonly HashSet<long> _ended = [];
    private long _chunks;

    /// <summary>The contents that patches are against.</summary>
    public SmallBases Bases { get; init; } = new(LocalMachine.Instance);

    /// <summary>Of so many bytes in all, so many stay free.</summary>
    public Func<long, long> KeepsFree { get; init; } = _ => 0;

    /// <summary>The file system can let two files share blocks. Where it turns out that it cannot, copies are made all the same.</summary>
    internal bool SharesBlocks { get; init; } = files.Traits.Name is "btrfs" or "xfs" or "bcachefs";

    /// <summary>Of the contents under way, how many bytes are there. For the caller of <see cref="TakeAsync"/>.</summary>
    public long Arrived
    {
        get
        {
            var sum = 0L;
            foreach (var incoming in _open.Values) sum += incoming.Position;
            return sum;
        }
    }

    /// <summary>What is already there of a content from an interrupted transfer: the offset to ask from (0: nothing). Safe from any thread.
    /// It is verified when the answer begins; if less of it holds, that transfer fails, and the next offset is what holds.</summary>
    public long ResumeOffset(ContentId content) => staging.PartialLength(content);

    /// <summary>Takes a frame; answers how its transfer ended, null as long as it has not. An id that never began ends as corrupt, without a content.</summary>
    public async ValueTask<ReceivedContent?> TakeAsync(ContentFrame frame, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_ended.Count > 0 && _ended.Contains(frame.Id))
        {
            if (frame is ContentFrame.End) _ended.Remove(frame.Id);
            return null;
        }

        try
        {
            return frame switch
            {
                ContentFrame.Data data => Take(data, cancel),
                ContentFrame.Delta delta => Take(delta, cancel),
                ContentFrame.Whole whole => Take(whole),
                ContentFrame.Patched patched => Take(patched),
                ContentFrame.Start start => await StartAsync(start, cancel),
                ContentFrame.End end => Take(end),
                _ => throw new ArgumentException("A frame of no known kind.", nameof(frame)),
            };
        }
        catch (IOException e)
        {
            // The replica's own data directory, where manifests are kept.
            return End(frame, new IncomingEnd(TransferStatus.Failed, e.Message));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var incoming in _open.Values) incoming.Dispose();
        _open.Clear();
    }

    private ReceivedContent Take(ContentFrame.Whole whole)
    {
        Bases.Take(whole.Id);
        if (_open.ContainsKey(whole.Id)) return End(whole, Corrupt("Two contents came under one id."));
        if (whole.Bytes.Length > SmallContents.MaxLength) return Unopened(whole.Id, whole.Content, Corrupt("A large content came as a small one."));
        var bytes = Exactly(whole.Bytes);
        var content = Manifest.OfSmall(bytes).Id;
        if (!whole.Content.IsNone && content != whole.Content) return Unopened(whole.Id, whole.Content, Corrupt("The bytes are not those of the content."));
        small?.Add(content, bytes);
        return new ReceivedContent(whole.Id, content, TransferStatus.Complete, null, bytes, null);
    }

    private ReceivedContent Take(ContentFrame.Patched patched)
    {
        var basis = Bases.Take(patched.Id);
        if (_open.ContainsKey(patched.Id)) return End(patched, Corrupt("Two contents came under one id."));
        if (basis is null) return Unopened(patched.Id, default, Corrupt("A patch came that was not asked for."));
        if (Patch.Apply(basis, patched.Steps.Span, patched.Literals.Span, patched.Length) is not { } bytes)
            return Unopened(patched.Id, default, new IncomingEnd(TransferStatus.NoBasis, "The patch makes no content."));
        // Which one, it turns out: two blocks may have one sum.
        var content = Manifest.OfSmall(bytes).Id;
        small?.Add(content, bytes);
        return new ReceivedContent(patched.Id, content, TransferStatus.Complete, null, bytes, null);
    }

    private ReceivedContent? Take(ContentFrame.Data data, CancellationToken cancel)
    {
        if (!_open.TryGetValue(data.Id, out var incoming)) return End(data, Corrupt("Bytes came of a content that did not begin."));
        var end = incoming.Take(data.Bytes.Span, cancel);
        data.Release();
        return end is null ? null : End(data, end);
    }

    private ReceivedContent? Take(ContentFrame.Delta delta, CancellationToken cancel)
    {
        if (!_open.TryGetValue(delta.Id, out var incoming)) return End(delta, Corrupt("Bytes came of a content that did not begin."));
        return incoming.Take(delta.Steps.Span, delta.Literals.Span, cancel) is { } end ? End(delta, end) : null;
    }

    private ReceivedContent Take(ContentFrame.End end)
    {
        Bases.Take(end.Id);
        if (_open.TryGetValue(end.Id, out var incoming))
            return End(end, end.Status == TransferStatus.Complete ? incoming.Finish(_manifests) : new IncomingEnd(end.Status, end.Detail));
        return Unopened(end.Id, default, end.Status == TransferStatus.Complete ? Corrupt("A content ended that did not begin.") : new IncomingEnd(end.Status, end.Detail));
    }

    private async ValueTask<ReceivedContent?> StartAsync(ContentFrame.Start start, CancellationToken cancel)
    {
        if (_open.TryGetValue(start.Id, out var open)) return open.Grows ? Extend(start, open, cancel) : End(start, Corrupt("Two contents came under one id."));
        if (_open.Count >= MaxOpen) return Refuse(start, TransferStatus.Failed, "Too many transfers are under way.");

        var basis = start.Basis.IsNone ? null : _manifests.Find(start.Basis);
        if (basis is null && !start.Basis.IsNone) return Refuse(start, TransferStatus.NoBasis, "The chunk list of the basis is not known.");
        // Bounded before it is made: what copies from the basis's list is short, however long what it makes.
        if (!ManifestDelta.TryApply(basis, start.Manifest.Span, maxLength, (int)(MaxChunks - _chunks), out var manifest, out var wrong))
            return wrong == ManifestDelta.TooManyChunks ? Refuse(start, TransferStatus.Failed, "The transfers under way have too many chunks.") : Refuse(start, TransferStatus.Corrupt, wrong);
        if (manifest.Id != start.Content) return Refuse(start, TransferStatus.Corrupt, "The chunk list is another content's.");
        if (start.GrowsTo > Math.Min(maxLength, MaxGrown) || (start.GrowsTo > 0 && (start.Offset > 0 || start.GrowsTo < manifest.Length))) return Refuse(start, TransferStatus.Corrupt, "It cannot grow so.");
        if (start.Offset < 0 || start.Offset > manifest.Length) return Refuse(start, TransferStatus.Corrupt, "It goes on from beyond its end.");

        var plan = TransferPlan.Between(manifest, basis).From(start.Offset);
        var error = files.Space(out var free, out var total);
        if (error != FsError.None) return Refuse(start, TransferStatus.Failed, $"The free space cannot be read: {error}.");
        // What is yet to be announced may be the basis' again, and no more than that.
        var isGrowing = start.GrowsTo > manifest.Length;
        if ((isGrowing ? start.GrowsTo - (basis?.Length ?? 0) : plan.DataLength) > free - KeepsFree(total)) return Refuse(start, TransferStatus.Failed, "The disk has too little space.");

        var (found, source) = await OpenBasisAsync(basis, cancel);
        if (!found) return Refuse(start, TransferStatus.NoBasis, "The basis is no longer here.");
        KnownFile? known;
        try
        {
            known = source is null ? null : new KnownFile(basis!, source, SharesBlocks ? null : _manifests);
        }
        catch (IOException)
        {
            source?.Dispose();
            throw;
        }

        error = isGrowing ? staging.OpenGrowing(manifest.Id, start.GrowsTo, out var part) : staging.Open(manifest.Id, manifest.Length, out part);
        if (error != FsError.None)
        {
            source?.Dispose();
            return Refuse(start, TransferStatus.Failed, $"A file in staging cannot be opened: {error}.");
        }

        var incoming = new IncomingContent(manifest, plan, known, part!, start.Offset, manifests.Key, SharesBlocks, isGrowing ? start.GrowsTo : null);
        _open.Add(start.Id, incoming);
        _chunks += manifest.Count;
        return incoming.Begin(cancel) is { } end ? End(start, end) : null;
    }

    /// <summary>More is known of a content that has begun.</summary>
    private ReceivedContent? Extend(ContentFrame.Start start, IncomingContent open, CancellationToken cancel)
    {
        if (start.Basis != open.Basis || start.Offset != open.Position) return End(start, Corrupt("It goes on from another place, or from another basis."));
        if (!ManifestDelta.TryApply(open.BasisManifest, start.Manifest.Span, maxLength, (int)(MaxChunks - _chunks), out var longer, out var wrong))
            return End(start, wrong == ManifestDelta.TooManyChunks ? new IncomingEnd(TransferStatus.Failed, "The transfers under way have too many chunks.") : Corrupt(wrong));
        if (longer.Id != start.Content) return End(start, Corrupt("The chunk list is another content's."));
        // Each takes work with all of the list: there are few.
        if (!open.GrowsEnough(longer)) return End(start, Corrupt("It grows by too little."));
        var plan = TransferPlan.Between(longer, open.BasisManifest).From(start.Offset);
        if (files.Space(out var free, out var total) != FsError.None || plan.DataLength > free - KeepsFree(total)) return End(start, new IncomingEnd(TransferStatus.Failed, "The disk has too little space."));
        var before = open.ChunkCount;
        var failed = open.Extend(longer, plan, cancel);
        _chunks += open.ChunkCount - before;
        return failed is null ? null : End(start, failed);
    }

    private async ValueTask<(bool Found, IReadableFile? File)> OpenBasisAsync(Manifest? basis, CancellationToken cancel)
    {
        if (basis is null) return (true, null);
        if (await locator.LocateAsync(basis.Id, default, cancel) is not { } place) return (false, null);
        if (files.OpenRead(place.Path, out var file) != FsError.None) return (false, null);
        if (file!.Stat(out var stat) == FsError.None && stat.Stamp.Size == basis.Length)
            return (true, SharesBlocks ? file : ReadAheadFile.Over(file, basis.Length));
        file.Dispose();
        return (false, null);
    }

    private ReceivedContent Refuse(ContentFrame.Start start, TransferStatus status, string detail)
    {
        Forget(start.Id);
        return Unopened(start.Id, start.Content, new IncomingEnd(status, detail));
    }

    private ReceivedContent End(ContentFrame frame, IncomingEnd end)
    {
        if (frame is not ContentFrame.End) Forget(frame.Id);
        if (!_open.Remove(frame.Id, out var incoming)) return Unopened(frame.Id, default, end);
        _chunks -= incoming.ChunkCount;
        if (end.Status == TransferStatus.Corrupt) incoming.Discard();
        incoming.Dispose();
        var path = end.Status == TransferStatus.Complete ? StagingArea.CompletePath(incoming.Content) : null;
        return new ReceivedContent(frame.Id, incoming.Content, end.Status, path, null, end.Detail);
    }

    /// <summary>The bytes in an array of their own; the one that they came in, if it holds nothing else.</summary>
    private static byte[] Exactly(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var whole) && whole is { Offset: 0, Array: { } array } && array.Length == bytes.Length ? array : bytes.ToArray();

    private void Forget(long id)
    {
        if (_ended.Count < MaxEnded) _ended.Add(id);
    }

    private static IncomingEnd Corrupt(string detail) => new(TransferStatus.Corrupt, detail);

    private static ReceivedContent Unopened(long id, ContentId content, IncomingEnd end) => new(id, content, end.Status, null, null, end.Detail);
}
