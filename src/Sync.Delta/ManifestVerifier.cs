using System.Security.Cryptography;

namespace Sync.Delta;

/// <summary>
/// Checks a content against its manifest while its bytes pass by in order, in pieces of any size. After the first chunk that is not what the
/// manifest says, everything is refused. Not thread-safe.
/// </summary>
/// <remarks>
/// It checks the cuts too: a peer may send a manifest with true hashes of chunks cut elsewhere than the <see cref="Chunker"/> cuts. Its id
/// would then never be the one that this side computes from the same bytes, and the file would look edited for ever.
/// </remarks>
public sealed class ManifestVerifier : IDisposable
{
    /// <summary>Bytes that are cut, then hashed while they are in the cache.</summary>
    private const int Piece = 64 << 10;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private Manifest _manifest;
    private Cutter _cutter;
    private int _cut; // chunks whose ends are where they should be
    private long _cutPosition;
    private bool _isCutElsewhere;
    private bool _endsUncut; // the last chunk ends because the content does
    private int _index; // chunks whose bytes are right
    private long _position;
    private bool _isOther;

    /// <summary>A verifier that expects the content's first byte, or, for a transfer that goes on, the first of a later chunk.</summary>
    /// <param name="manifest">What the content must be.</param>
    /// <param name="firstChunk">The chunk to begin with, from 0 to <see cref="Manifest.Count"/>.</param>
    public ManifestVerifier(Manifest manifest, int firstChunk = 0)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentOutOfRangeException.ThrowIfNegative(firstChunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstChunk, manifest.Count);
        _manifest = manifest;
        _index = _cut = firstChunk;
        _position = _cutPosition = manifest.OffsetOf(firstChunk);
        _cutter = new Cutter(manifest.Length, _position);
    }

    /// <summary>Up to here, the bytes are the content's: the end of the last chunk that was right.</summary>
    public long VerifiedLength => _manifest.OffsetOf(Right);

    /// <summary>True once bytes were refused. The first wrong chunk starts at <see cref="VerifiedLength"/>.</summary>
    public bool IsRefused => _isCutElsewhere || _isOther;

    /// <summary>The chunk that was refused; null as long as none was, or when the content was right and more bytes followed.</summary>
    public Chunk? Mismatch => IsRefused && Right < _manifest.Count ? _manifest[Right] : null;

    /// <summary>True once all of the content has passed, and nothing else.</summary>
    public bool IsComplete => !IsRefused && Right == _manifest.Count;

    private int Right => Math.Min(_index, _cut);

    /// <summary>Takes in the next bytes.</summary>
    /// <returns>False if they, or any before them, are not the content's. True says only that no whole chunk was wrong so far.</returns>
    public bool Append(ReadOnlySpan<byte> data)
    {
        for (; !data.IsEmpty && !IsRefused; data = data[Math.Min(data.Length, Piece)..])
        {
            var piece = data[..Math.Min(data.Length, Piece)];
            _ = Cut(piece);
            _ = Hash(piece);
        }

        return !IsRefused;
    }

    /// <summary>The first half of <see cref="Append"/>: whether chunks end where they should. The other half may run on another thread meanwhile.</summary>
    public bool Cut(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty && !_isCutElsewhere)
        {
            if (_cut == _manifest.Count)
            {
                _isCutElsewhere = true;
                break;
            }

            var end = _manifest.OffsetOf(_cut + 1);
            var taken = _cutter.Take(data[..(int)Math.Min(data.Length, end - _cutPosition)], out var cut);
            _cutPosition += taken;
            data = data[taken..];
            if (_cutPosition < end) _isCutElsewhere = cut;
            else if (cut || end == _manifest.Length)
            {
                _cut++;
                _endsUncut = !cut;
            }
            else _isCutElsewhere = true;
        }

        return !_isCutElsewhere;
    }

    /// <summary>Goes on with a longer content, of which the present one is the front and has passed as a whole.</summary>
    /// <returns>False if it is not, or if its last chunk ended only because it did: the longer one would be cut elsewhere. Then nothing may follow.</returns>
    public bool Extend(Manifest longer)
    {
        ArgumentNullException.ThrowIfNull(longer);
        if (!IsComplete || _endsUncut || !_manifest.IsFrontOf(longer)) return false;
        _manifest = longer;
        return true;
    }

    /// <summary>In the place of <see cref="Cut"/>, for bytes of a segment of which it is known that they are cut as they should be, if they are the right ones
    /// (<see cref="TransferPlan.KeepsCuts"/>). It begins and ends where chunks do.</summary>
    /// <param name="length">In bytes.</param>
    public void TrustCuts(int length)
    {
        _cutPosition += length;
        while (_cut < _manifest.Count && _manifest.OffsetOf(_cut + 1) <= _cutPosition) _cut++;
        _cutter = new Cutter(_manifest.Length, _cutPosition);
    }

    /// <summary>In the place of both halves, for bytes of such a segment that are known to be the basis'.</summary>
    /// <param name="length">In bytes.</param>
    public void Trust(int length)
    {
        TrustCuts(length);
        _position += length;
        while (_index < _manifest.Count && _manifest.OffsetOf(_index + 1) <= _position) _index++;
    }

    /// <summary>The second half: whether chunks have the bytes that they should have.</summary>
    public bool Hash(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty && !_isOther)
        {
            if (_index == _manifest.Count)
            {
                _isOther = true;
                break;
            }

            var end = _manifest.OffsetOf(_index + 1);
            var taken = data[..(int)Math.Min(data.Length, end - _position)];
            _hash.AppendData(taken);
            _position += taken.Length;
            data = data[taken.Length..];
            if (_position == end) EndChunk();
        }

        return !_isOther;
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void EndChunk()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        if (new ChunkId(digest) == _manifest.Ids[_index]) _index++;
        else _isOther = true;
    }
}
