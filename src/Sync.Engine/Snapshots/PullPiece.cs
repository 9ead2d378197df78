namespace Sync.Engine.Snapshots;

/// <summary>One message of contents, in a buffer that its reader gives back by <see cref="Dispose"/>.</summary>
public sealed class PullPiece : IDisposable
{
    private readonly int? _wireLength;
    private byte[]? _buffer;

    internal PullPiece(PullPieceKind kind, byte[] buffer, int length)
    {
        Kind = kind;
        _buffer = buffer;
        Length = length;
    }

    /// <summary>What the bytes are.</summary>
    public PullPieceKind Kind { get; }

    /// <summary>How many bytes.</summary>
    public int Length { get; private set; }

    /// <summary>How many bytes it was on the link: fewer, if it was packed.</summary>
    public int WireLength { get => _wireLength ?? Length; init => _wireLength = value; }

    /// <summary>The bytes, until it is disposed.</summary>
    public ReadOnlyMemory<byte> Bytes => (_buffer ?? throw new ObjectDisposedException(nameof(PullPiece))).AsMemory(0, Length);

    /// <summary>Where the bytes lie.</summary>
    public byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(PullPiece));

    /// <summary>A piece with room for so many bytes.</summary>
    public static PullPiece Rent(PullPieceKind kind, int length) => new(kind, PieceBuffers.Rent(length), length);

    /// <summary>The same for one that came packed, in so many bytes.</summary>
    public static PullPiece Rent(PullPieceKind kind, int length, int wireLength) => new(kind, PieceBuffers.Rent(length), length) { WireLength = wireLength };

    /// <summary>Writes a number as pieces have them, a varint; returns how many bytes it took.</summary>
    public static int WriteNumber(Span<byte> to, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7) to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
    }

    /// <summary>This piece, with fewer bytes.</summary>
    internal PullPiece Cut(int length)
    {
        Length = length;
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) PieceBuffers.Return(buffer);
    }
}
