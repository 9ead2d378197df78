namespace Sync.Delta;

/// <summary>
/// Reads the steps of a <see cref="BlockDelta"/>, which may be hostile. Each is three numbers: so many literal bytes; then a copy from so far
/// behind the end of the copy before it (signed; at first, from the basis' start); of so many bytes.
/// </summary>
public ref struct BlockDeltaReader
{
    private readonly ReadOnlySpan<byte> _literals;
    private readonly long _basisLength;
    private ReadOnlySpan<byte> _steps;
    private int _taken;
    private long _end;

    /// <summary>Begins to read.</summary>
    public BlockDeltaReader(ReadOnlySpan<byte> steps, ReadOnlySpan<byte> literals, long basisLength)
    {
        _steps = steps;
        _literals = literals;
        _basisLength = basisLength;
        _taken = 0;
        _end = 0;
        Literals = default;
        CopyOffset = CopyLength = 0;
        IsDamaged = false;
    }

    /// <summary>The step's literal bytes, which come before its copy.</summary>
    public ReadOnlySpan<byte> Literals { get; private set; }

    /// <summary>Where in the basis the copy begins: within it.</summary>
    public long CopyOffset { get; private set; }

    /// <summary>How many bytes are copied, all within the basis; may be 0.</summary>
    public long CopyLength { get; private set; }

    /// <summary>It was not a delta of this basis.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Goes to the next step; false at the end, or where it <see cref="IsDamaged"/>.</summary>
    public bool Next()
    {
        if (IsDamaged) return false;
        if (_steps.IsEmpty)
        {
            IsDamaged = _taken != _literals.Length;
            return false;
        }

        if (!Varint.TryRead(ref _steps, out var literals) || !Varint.TryRead(ref _steps, out var distance) || !Varint.TryRead(ref _steps, out var length)
            || literals > (ulong)(_literals.Length - _taken) || length > (ulong)_basisLength || (literals | length) == 0)
        {
            IsDamaged = true;
            return false;
        }

        Literals = _literals.Slice(_taken, (int)literals);
        _taken += (int)literals;
        CopyLength = (long)length;
        CopyOffset = unchecked(_end + Varint.UnZigZag(distance));
        if (CopyOffset < 0 || CopyOffset > _basisLength - CopyLength)
        {
            IsDamaged = true;
            return false;
        }

        _end = CopyOffset + CopyLength;
        return true;
    }
}
