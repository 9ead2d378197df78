using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Transfer;

namespace Sync.Engine.Snapshots;

/// <summary>
/// Reads the contents of a manifest's entries, in the order in which they are asked for: some of them ahead of the link, small ones many to a piece. What is read is
/// not hashed here: the guest does it, and asks again. Safe from any thread.
/// </summary>
internal sealed class PullReader(IFileSystem files, IContentLocator locator, TreeManifest manifest, Func<ContentId, byte[]> chunksOf)
{
    /// <summary>Pieces read ahead of the link: two are being read while the others wait.</summary>
    private const int Ahead = 6;

    /// <summary>The files of one piece: bounds what one look at the replica's trees takes.</summary>
    private const int MaxFiles = 256;

    private const int OpenAttempts = 3;

    /// <summary>Two numbers before each content, three before a part of a chunk list.</summary>
    private const int HeaderBytes = 30;

    /// <summary>Answers wants.</summary>
    /// <exception cref="LinkException">A want is out of bounds.</exception>
    public async IAsyncEnumerable<PullPiece> ReadAsync(IAsyncEnumerable<PullWant> wants, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var pieces = Channel.CreateBounded<Task<PullPiece[]>>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
        var reading = Task.Run(() => FillAsync(wants, pieces.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var batch in pieces.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
                foreach (var piece in await batch.ConfigureAwait(false)) yield return piece;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (pieces.Reader.TryRead(out var batch)) await DropAsync(batch).ConfigureAwait(false);
        }
    }

    private static async Task DropAsync(Task<PullPiece[]> batch)
    {
        await ((Task)batch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!batch.IsCompletedSuccessfully) return;
        foreach (var piece in await batch.ConfigureAwait(false)) piece.Dispose();
    }

    private async Task FillAsync(IAsyncEnumerable<PullWant> wants, ChannelWriter<Task<PullPiece[]>> pieces, CancellationToken cancel)
    {
        try
        {
            await foreach (var want in wants.WithCancellation(cancel).ConfigureAwait(false)) await FillAsync(want, pieces, cancel).ConfigureAwait(false);
            pieces.Complete();
        }
        catch (Exception e)
        {
            // Thrown again where the pieces are read.
            pieces.Complete(e);
        }
    }

    private async Task FillAsync(PullWant want, ChannelWriter<Task<PullPiece[]>> pieces, CancellationToken cancel)
    {
        var entries = manifest.Entries;
        if (want.First < 0 || want.Count < 0 || want.First > entries.Length - want.Count || want.Offset < 0 || want.Length < 0 || want.Offset > long.MaxValue - want.Length)
            throw new LinkException(LinkFailure.Protocol, "The guest asked for entries that are not in the tree.");
        var batch = new List<int>();
        var bytes = 0L;
        for (var i = want.First; i < want.First + want.Count; i++)
        {
            var entry = entries[i];
            if (entry.Kind != EntryKind.File) continue;
            if (want.IsForChunks)
            {
                await SendChunksAsync(i, pieces, cancel).ConfigureAwait(false);
                continue;
            }

            var isLong = entry.Size > PullLimits.MaxWhole || want.Offset > 0 || want.Length > 0;
            if (batch.Count > 0 && (isLong || batch.Count == MaxFiles || bytes + entry.Size > PullLimits.PieceBytes))
            {
                await BeginAsync(batch, bytes, pieces, cancel).ConfigureAwait(false);
                (batch, bytes) = ([], 0);
            }

            if (isLong)
            {
                await ReadLongAsync(i, want.Offset, want.Length, pieces, cancel).ConfigureAwait(false);
                continue;
            }

            batch.Add(i);
            bytes += entry.Size;
        }

        if (batch.Count > 0) await BeginAsync(batch, bytes, pieces, cancel).ConfigureAwait(false);
    }

    private ValueTask BeginAsync(List<int> batch, long bytes, ChannelWriter<Task<PullPiece[]>> pieces, CancellationToken cancel) =>
        pieces.WriteAsync(Task.Run(() => ReadWholeAsync(batch, bytes, cancel), CancellationToken.None), cancel);

    private async Task<PullPiece[]> ReadWholeAsync(List<int> batch, long bytes, CancellationToken cancel)
    {
        var requests = batch.ConvertAll(Request);
        var places = await locator.LocateAllAsync(requests, cancel).ConfigureAwait(false);
        var piece = PullPiece.Rent(PullPieceKind.Contents, (int)bytes + batch.Count * HeaderBytes);
        var used = 0;
        List<PullPiece>? gone = null;
        for (var i = 0; i < batch.Count; i++)
        {
            var size = (int)manifest.Entries[batch[i]].Size;
            var at = used + PullPiece.WriteNumber(piece.Buffer.AsSpan(used), (ulong)batch[i]);
            at += PullPiece.WriteNumber(piece.Buffer.AsSpan(at), (ulong)size);
            var error = Read(places[i] ?? manifest.Snapshot.Kept?.Invoke(requests[i].Content), piece.Buffer.AsSpan(at, size));
            // It is moved or placed while it is looked for: once more.
            if (error == FsError.NotFound) error = Read(await locator.LocateAsync(requests[i].Content, requests[i].Entry, cancel).ConfigureAwait(false), piece.Buffer.AsSpan(at, size));
            if (error == FsError.None) used = at + size;
            else (gone ??= []).Add(Gone(batch[i], error));
        }

        return [piece.Cut(used), .. gone ?? []];
    }

    private FsError Read(ContentPlace? place, Span<byte> buffer)
    {
        if (place is null) return FsError.NotFound;
        var error = files.OpenRead(place.Value.Path, out var file);
        if (error != FsError.None) return error;
        using (file)
        {
            for (var filled = 0; filled < buffer.Length;)
            {
                error = file!.Read(filled, buffer[filled..], out var read);
                if (error != FsError.None) return error;
                if (read == 0) return FsError.Invalid;
                filled += read;
            }
        }

        return FsError.None;
    }

    private async Task SendChunksAsync(int index, ChannelWriter<Task<PullPiece[]>> pieces, CancellationToken cancel)
    {
        var list = chunksOf(manifest.Entries[index].Content);
        if (list.Length > PullLimits.MaxChunkList) list = [];
        var offset = 0;
        do
        {
            var room = Math.Min(PullLimits.PieceBytes, list.Length - offset);
            var piece = PullPiece.Rent(PullPieceKind.Chunks, room + HeaderBytes);
            var at = PullPiece.WriteNumber(piece.Buffer, (ulong)index);
            at += PullPiece.WriteNumber(piece.Buffer.AsSpan(at), (ulong)list.Length);
            at += PullPiece.WriteNumber(piece.Buffer.AsSpan(at), (ulong)offset);
            list.AsSpan(offset, room).CopyTo(piece.Buffer.AsSpan(at));
            offset += room;
            await pieces.WriteAsync(Task.FromResult<PullPiece[]>([piece.Cut(at + room)]), cancel).ConfigureAwait(false);
        }
        while (offset < list.Length);
    }

    private async Task ReadLongAsync(int index, long offset, long length, ChannelWriter<Task<PullPiece[]>> pieces, CancellationToken cancel)
    {
        var (file, failed) = await OpenAsync(index, cancel).ConfigureAwait(false);
        if (file is null)
        {
            await pieces.WriteAsync(Task.FromResult<PullPiece[]>([Gone(index, failed)]), cancel).ConfigureAwait(false);
            return;
        }

        using (file)
        {
            // Through the page cache, however long it is: of many that pull the same at once, one reads the disk.
            var size = manifest.Entries[index].Size;
            if (length > 0) size = Math.Min(size, offset + length);
            while (offset < size)
            {
                var room = (int)Math.Min(PullLimits.PieceBytes, size - offset);
                var piece = PullPiece.Rent(PullPieceKind.Data, room + HeaderBytes);
                var at = PullPiece.WriteNumber(piece.Buffer, (ulong)index);
                at += PullPiece.WriteNumber(piece.Buffer.AsSpan(at), (ulong)offset);
                var error = file.Read(offset, piece.Buffer.AsSpan(at, room), out var read);
                if (error != FsError.None || read == 0)
                {
                    piece.Dispose();
                    await pieces.WriteAsync(Task.FromResult<PullPiece[]>([Gone(index, error)]), cancel).ConfigureAwait(false);
                    return;
                }

                await pieces.WriteAsync(Task.FromResult<PullPiece[]>([piece.Cut(at + read)]), cancel).ConfigureAwait(false);
                offset += read;
            }
        }
    }

    private async ValueTask<(IReadableFile? File, FsError Error)> OpenAsync(int index, CancellationToken cancel)
    {
        var request = Request(index);
        for (var attempt = 1; ; attempt++)
        {
            var place = await locator.LocateAsync(request.Content, request.Entry, cancel).ConfigureAwait(false) ?? manifest.Snapshot.Kept?.Invoke(request.Content);
            if (place is null) return (null, FsError.NotFound);
            var error = files.OpenRead(place.Value.Path, out var file);
            // It is placed or moved between looking and opening: look again.
            if (error == FsError.NotFound && attempt < OpenAttempts) continue;
            return (file, error);
        }
    }

    private ContentRequest Request(int index)
    {
        var entry = manifest.Entries[index];
        return new ContentRequest(index, entry.Id, entry.Content, default, 0);
    }

    private static PullPiece Gone(int index, FsError error)
    {
        var piece = PullPiece.Rent(PullPieceKind.Gone, HeaderBytes);
        var used = PullPiece.WriteNumber(piece.Buffer, (ulong)index);
        piece.Buffer[used++] = (byte)(error is FsError.Denied or FsError.Io ? 1 : 0);
        return piece.Cut(used);
    }
}
