using Google.Protobuf;
using Grpc.Core;
using Sync.Engine.Files;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Shared.Control;

/// <summary>Sends a file's content, or its beginning, in pieces.</summary>
internal static class ContentPieces
{
    private const long Usual = 1 << 20;
    private const long Most = 64 << 20;
    private const int Piece = 256 << 10;

    /// <summary>Sends at least one piece, which tells the whole size.</summary>
    /// <param name="file">An open file.</param>
    /// <param name="limit">Bytes at most; 0 for 1 MiB.</param>
    /// <param name="pieces">Where to.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task SendAsync(IReadableFile file, long limit, IServerStreamWriter<ContentPiece> pieces, CancellationToken cancel)
    {
        if (file.Stat(out var stat) is var looked && looked != FsError.None)
            throw new CommandFailure($"the content cannot be read: {looked}");
        var end = Math.Min(stat.Stamp.Size, limit is > 0 and <= Most ? limit : Usual);
        var buffer = new byte[Math.Min(Piece, Math.Max(end, 1))];
        var at = 0L;
        do
        {
            if (file.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), out var read) is var error && error != FsError.None)
                throw new CommandFailure($"the content cannot be read: {error}");
            await pieces.WriteAsync(new ContentPiece { Size = at == 0 ? stat.Stamp.Size : 0, Data = ByteString.CopyFrom(buffer, 0, read) }, cancel);
            // Shorter by now: what there is has been sent.
            if (read == 0)
                return;
            at += read;
        }
        while (at < end);
    }
}
