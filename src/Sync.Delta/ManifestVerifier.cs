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
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Manifest _manifest;
    private Cutter _cutter;
    private int _index;
    private long _position;

    /// <summary>A verifier that expects the content's first byte, or, for a transfer that goes on, the first of a later chunk.</summary>
    /// <param name="manifest">What the content must be.</param>
    /// <param name="firstChunk">The chunk to begin with, from 0 to <see cref="Manifest.Count"/>.</param>
    public ManifestVerifier(Manifest manifest, int firstChunk = 0)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentOutOfRangeException.ThrowIfNegative(firstChunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstChunk, manifest.Count);
        _manifest = manifest;
        _index = firstChunk;
        _position = manifest.OffsetOf(firstChunk);
        _cutter = new Cutter(manifest.Length, _position);
    }

    /// <summary>Up to here, the bytes are the content's: the end of the last chunk that was right.</summary>
    public long VerifiedLength => _manifest.OffsetOf(_index);

    /// <summary>True once bytes were refused. The first wrong chunk starts at <see cref="VerifiedLength"/>.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The chunk that was refused; null as long as none was, or when the content was right and more bytes followed.</summary>
    public Chunk? Mismatch => IsRefused && _index < _manifest.Count ? _manifest[_index] : null;

    /// <summary>True once all of the content has passed, and nothing else.</summary>
    public bool IsComplete => !IsRefused && _index == _manifest.Count;

    /// <summary>Takes in the next bytes.</summary>
    /// <returns>False if they, or any before them, are not the content's. True says only that no whole chunk was wrong so far.</returns>
    public bool Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty && !IsRefused)
        {
            if (_index == _manifest.Count)
            {
                IsRefused = true;
                break;
            }
            var end = _manifest.OffsetOf(_index + 1);
            var taken = _cutter.Take(data[..(int)Math.Min(data.Length, end - _position)], out var cut);
            _hash.AppendData(data[..taken]);
            _position += taken;
            data = data[taken..];
            if (_position == end) EndChunk(cut);
            else IsRefused = cut;
        }
        return !IsRefused;
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void EndChunk(bool cut)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        if ((cut || _position == _manifest.Length) && new ChunkId(digest) == _manifest.Ids[_index]) _index++;
        else IsRefused = true;
    }
}
