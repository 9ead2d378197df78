using System.IO.Hashing;
using System.Security.Cryptography;

namespace Sync.Delta;

/// <summary>
/// Makes the chunk list of a content that has most of another's bytes at other offsets, such as behind an insertion, in one pass over its bytes. As soon as a chunk is one of the
/// other's, the blocks that follow are summed where they would be, and compared: chunks whose blocks are all there keep their ids, and only what is around the others is cut and
/// hashed. Not thread-safe.
/// </summary>
/// <remarks>What the sums tell, and to whom, is as with <see cref="InPlaceEdit"/>.</remarks>
public sealed class ShiftedHasher : IDisposable
{
    private const int InitialCapacity = 4 << 20;

    private readonly Manifest _old;
    private readonly BlockSums _was;
    private readonly long _seed;
    private readonly RollingSum _rolling;
    private readonly ChunkIndex _index;
    private readonly long _length;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<ChunkId> _ids = [];
    private readonly List<long> _cuts = [];

    /// <summary>The bytes from <see cref="_from"/> to <see cref="_to"/>: of the chunk that has begun, and a block before it.</summary>
    private byte[] _bytes = [];
    private long _from;
    private long _to;

    /// <summary>Where the chunk that has begun begins.</summary>
    private long _start;

    /// <summary>The old chunk that it may be; negative: it is cut and hashed.</summary>
    private int _candidate;

    /// <summary>The next block of the candidate to compare.</summary>
    private long _block;

    /// <summary>By how much what is old has moved, as far as is known.</summary>
    private long _shift;
    private Cutter _cutter;
    private long _cut;

    /// <param name="old">Of the content as it was; the chunker's own, of more than one chunk.</param>
    /// <param name="was">Its block sums.</param>
    /// <param name="key">The key that they were made with.</param>
    /// <param name="length">Of the new content, in bytes: more than <see cref="Chunker.SingleChunkLength"/>.</param>
    /// <exception cref="ArgumentException">The sums are not that content's, or of another key.</exception>
    public ShiftedHasher(Manifest old, BlockSums was, BlockKey key, long length)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(was);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(length, Chunker.SingleChunkLength);
        if (was.Key != key.Fingerprint || was.Length != old.Length || old.Length <= Chunker.SingleChunkLength) throw new ArgumentException("These sums tell nothing of it.", nameof(was));
        (_old, _was, _seed, _length) = (old, was, key.Seed, length);
        _rolling = new RollingSum(key.Multiplier, was.BlockSize);
        _index = ChunkIndex.OfAll(old);
        Begin(0);
    }

    /// <inheritdoc cref="ContentHasher.Found"/>
    public Action<ChunkId, long>? Found { get; init; }

    /// <summary>Bytes of chunks that kept their ids.</summary>
    public long KeptLength { get; private set; }

    /// <summary>Takes in the next bytes, in pieces of any size.</summary>
    /// <exception cref="InvalidDataException">There are more than the length given.</exception>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (data.Length > _length - _to) throw new InvalidDataException($"The content has more than the {_length} bytes that were expected: it changed while it was read.");
        Keep(data);
        while (_start < _length && (_candidate >= 0 ? Compare() : Hash()))
        {
            // As far as the bytes go.
        }
    }

    /// <summary>The chunk list that the chunker would make.</summary>
    /// <exception cref="InvalidDataException">There were fewer bytes than the length given.</exception>
    public Manifest Finish()
    {
        if (_to != _length) throw new InvalidDataException($"The content has only {_to} bytes where {_length} were expected: it changed while it was read.");
        return new Manifest(_length, [.. _ids], [.. _cuts[..^1]]);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    /// <summary>The next chunk may be the old one where the cut before it has come from.</summary>
    private void Begin(long start)
    {
        _start = start;
        var was = start - _shift;
        var index = was >= 0 && was < _old.Length ? _old.IndexAt(was) : -1;
        if (index >= 0 && _old.OffsetOf(index) == was && MayKeep(index)) (_candidate, _block) = (index, was / _was.BlockSize);
        else BeginHash();
    }

    private void BeginHash()
    {
        _candidate = -1;
        _cutter = new Cutter(_length, _start);
        _cut = _start;
    }

    /// <summary>Whether a chunk is the same one here, if its bytes are: that depends on the class of its offset, and the last one ended where its content did.</summary>
    private bool MayKeep(int index)
    {
        var (offset, end) = (_old.OffsetOf(index), _old.OffsetOf(index + 1));
        if (SizeClass.IndexAt(offset) != SizeClass.IndexAt(_start)) return false;
        if (index == _old.Count - 1 && end + _shift != _length) return false;
        // All of its blocks have sums, and are where bytes are or come.
        var (first, last) = (offset / _was.BlockSize, (end - 1) / _was.BlockSize);
        return last < _was.Count && (first * _was.BlockSize) + _shift >= _from && ((last + 1) * _was.BlockSize) + _shift <= _length;
    }

    /// <summary>Compares the next block; false: more bytes are needed.</summary>
    private bool Compare()
    {
        var at = (_block * _was.BlockSize) + _shift;
        if (at + _was.BlockSize > _to) return false;
        var bytes = _bytes.AsSpan((int)(at - _from), _was.BlockSize);
        if (XxHash3.HashToUInt64(bytes, _seed) != _was.Strong[_block] || (uint)(_rolling.Of(bytes) >> 32) != _was.Rolling[_block])
        {
            BeginHash();
            return true;
        }

        var end = _old.OffsetOf(_candidate + 1);
        if (++_block * _was.BlockSize < end) return true;
        KeptLength += _old.LengthOf(_candidate);
        Add(_old.Ids[_candidate], end + _shift);
        Begin(end + _shift);
        return true;
    }

    /// <summary>Cuts and hashes what there is, up to a cut; false: more bytes are needed.</summary>
    private bool Hash()
    {
        for (var isCut = false; !isCut;)
        {
            if (_cut == _to) return false;
            var bytes = _bytes.AsSpan((int)(_cut - _from), (int)(_to - _cut));
            var taken = _cutter.Take(bytes, out isCut);
            _hash.AppendData(bytes[..taken]);
            _cut += taken;
            isCut |= _cut == _length;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        var id = new ChunkId(digest);
        Add(id, _cut);
        // What follows it followed it there, most likely.
        if (_index.Find(id, (int)(_cut - _start)) is var found and >= 0) _shift = _start - _old.OffsetOf(found);
        Begin(_cut);
        return true;
    }

    private void Add(ChunkId id, long end)
    {
        _ids.Add(id);
        _cuts.Add(end);
        Found?.Invoke(id, end);
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        var needed = Math.Max(_from, (_candidate >= 0 ? _start : _cut) - _was.BlockSize);
        var kept = (int)(_to - needed);
        if (kept + data.Length > _bytes.Length || (_to - _from) + data.Length > _bytes.Length)
        {
            var target = kept + data.Length > _bytes.Length / 2 ? new byte[Math.Max(InitialCapacity, 2 * (kept + data.Length))] : _bytes;
            _bytes.AsSpan((int)(needed - _from), kept).CopyTo(target);
            (_bytes, _from) = (target, needed);
        }

        data.CopyTo(_bytes.AsSpan((int)(_to - _from)));
        _to += data.Length;
    }
}
