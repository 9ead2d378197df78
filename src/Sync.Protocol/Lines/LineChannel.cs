using System.Buffers;
using System.Threading.Channels;

namespace Sync.Protocol.Lines;

/// <summary>One channel of a <see cref="SerialLine"/>, as a stream. One reader and one writer at a time. Disposing ends it on both sides.</summary>
internal sealed class LineChannel(SerialLine line, uint number) : Stream
{
    /// <summary>What may wait to be read before the line is held up, in bytes. All channels of a line wait then, as they do when the line itself is slow.</summary>
    private const int MostWaiting = 1 << 20;

    private readonly Channel<ArraySegment<byte>> _pieces = System.Threading.Channels.Channel.CreateUnbounded<ArraySegment<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _broken = new();
    private TaskCompletionSource? _room;
    private ArraySegment<byte> _piece;
    private int _waiting;
    private Task? _ending;
    private int _disposed;

    public uint Number => number;

    /// <summary>Cancelled when it carries nothing any more.</summary>
    public CancellationToken Ended => _broken.Token;

    /// <summary>Called when it is disposed.</summary>
    public Action? Released { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Bytes have come. Never waits.</summary>
    public void Put(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        var rented = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(rented);
        if (_pieces.Writer.TryWrite(new ArraySegment<byte>(rented, 0, bytes.Length))) Interlocked.Add(ref _waiting, bytes.Length);
        else ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Completes when few enough bytes wait.</summary>
    public Task RoomAsync()
    {
        if (Volatile.Read(ref _waiting) <= MostWaiting || _ending is not null) return Task.CompletedTask;
        var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _room, room);
        // It may have been read in between.
        if (Volatile.Read(ref _waiting) <= MostWaiting || _ending is not null) room.TrySetResult();
        return room.Task;
    }

    /// <summary>The peer has ended it, in good order (null) or not.</summary>
    public void End(Exception? error)
    {
        _pieces.Writer.TryComplete(error);
        // Elsewhere: who waits for it may go on to do anything, and this is called under the line's lock.
        _ending = _broken.CancelAsync();
        Volatile.Read(ref _room)?.TrySetResult();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (_piece.Count == 0)
        {
            if (_piece.Array is { } done) ArrayPool<byte>.Shared.Return(done);
            _piece = default;
            if (_pieces.Reader.TryRead(out _piece)) continue;
            if (!await _pieces.Reader.WaitToReadAsync(cancellationToken)) return 0;
        }

        var count = Math.Min(buffer.Length, _piece.Count);
        _piece.AsSpan(0, count).CopyTo(buffer.Span);
        _piece = _piece[count..];
        if (Interlocked.Add(ref _waiting, -count) <= MostWaiting) Volatile.Read(ref _room)?.TrySetResult();
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(buffer.Length, LineRecord.MaxPayload)];
            await line.SendAsync(this, piece, cancellationToken);
            buffer = buffer[piece.Length..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Each write is sent as it is.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            line.Close(this);
            End(null);
            Released?.Invoke();
        }

        base.Dispose(disposing);
    }
}
