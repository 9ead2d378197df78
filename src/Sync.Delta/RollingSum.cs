namespace Sync.Delta;

/// <summary>
/// The sum of a block as a polynomial in a secret odd number, modulo 2^64 (Karp and Rabin, 1987): moving it on by a byte costs two
/// multiplications. Its upper half tells blocks apart; what looks equal is then settled by a strong sum.
/// </summary>
internal readonly struct RollingSum
{
    private readonly ulong _m1, _m2, _m3, _m4, _m5, _m6, _m7, _m8;
    private readonly ulong _leaving;

    /// <param name="multiplier">Odd.</param>
    /// <param name="blockSize">A multiple of 8.</param>
    public RollingSum(ulong multiplier, int blockSize)
    {
        _m1 = multiplier;
        _m2 = _m1 * multiplier;
        _m3 = _m2 * multiplier;
        _m4 = _m3 * multiplier;
        _m5 = _m4 * multiplier;
        _m6 = _m5 * multiplier;
        _m7 = _m6 * multiplier;
        _m8 = _m7 * multiplier;
        _leaving = 1;
        for (var i = 0; i < blockSize; i++) _leaving *= multiplier;
    }

    /// <summary>The sum of a block.</summary>
    public ulong Of(ReadOnlySpan<byte> block)
    {
        ulong sum = 0;
        for (; block.Length >= 8; block = block[8..])
            sum = (sum * _m8) + (block[0] * _m7) + (block[1] * _m6) + (block[2] * _m5) + (block[3] * _m4) + (block[4] * _m3) + (block[5] * _m2) + (block[6] * _m1) + block[7];
        return sum;
    }

    /// <summary>The sum one byte further on.</summary>
    public ulong Roll(ulong sum, byte leaving, byte entering) => (sum * _m1) + entering - (leaving * _leaving);
}
