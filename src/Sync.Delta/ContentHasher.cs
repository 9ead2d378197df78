using System.Security.Cryptography;

namespace Sync.Delta;

/// <summary>
/// Cuts a content into chunks and hashes them, in one pass over its bytes, keeping none of them: memory is the manifest's own 40 bytes a chunk.
/// One content at a time, any number after each other; not thread-safe.
/// </summary>
public sealed class ContentHasher : IDisposable
{
    private const int InitialCapacity = 16;
    private const int RetainedCapacity = 16 << 10; // a hasher kept for reuse must not hold on to the list of the largest file it ever saw

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ChunkId[] _ids = new ChunkId[InitialCapacity];
    private long[] _cuts = new long[InitialCapacity];
    private int _count;
    private Cutter _cutter;
    private bool _open; // bytes of a chunk are in _hash
    private long _length;
    private long _position; // of what was cut
    private long _hashed;

    /// <summary>Told of each chunk as it is found, with its end as an offset in the content.</summary>
    public Action<ChunkId, long>? Found { get; init; }

    /// <summary>A hasher, ready for a content of this length.</summary>
    /// <param name="length">In bytes: what the file's size is said to be. Decides only whether the content is a single chunk, and is checked at the end.</param>
    public ContentHasher(long length) => Reset(length);

    /// <summary>Starts over, for a content of this length; what was there is forgotten.</summary>
    public void Reset(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (_open)
        {
            Span<byte> forgotten = stackalloc byte[SHA256.HashSizeInBytes];
            _hash.GetHashAndReset(forgotten);
            _open = false;
        }
        if (_ids.Length > RetainedCapacity)
        {
            _ids = new ChunkId[InitialCapacity];
            _cuts = new long[InitialCapacity];
        }
        _length = length;
        _position = 0;
        _hashed = 0;
        _count = 0;
        _cutter = new Cutter(length, offset: 0);
    }

    /// <summary>Takes in the next bytes, as many at a time as the caller likes: the manifest does not depend on it.</summary>
    /// <remarks>Bytes beyond the length given are counted, not hashed; <see cref="Finish"/> then throws.</remarks>
    public void Append(ReadOnlySpan<byte> data)
    {
        var beyond = TakeBeyond(ref data);
        while (!data.IsEmpty)
        {
            // A piece of at most 64 KiB is searched for its end, then hashed while it is in the cache.
            var taken = _cutter.Take(data, out var cut);
            _hash.AppendData(data[..taken]);
            _open = true;
            _position += taken;
            _hashed += taken;
            data = data[taken..];
            if (cut || _position == _length) EndChunk();
        }

        _position += beyond;
    }

    /// <summary>The first half of <see cref="Append"/>: finds where chunks end. <see cref="Hash"/> of the same bytes must follow, in the same order; it may run on another thread
    /// while the next piece is cut.</summary>
    /// <param name="data">The next bytes.</param>
    /// <param name="ends">Gets the ends of chunks, as offsets in the piece, in order.</param>
    public void Cut(ReadOnlySpan<byte> data, List<int> ends)
    {
        ArgumentNullException.ThrowIfNull(ends);
        var beyond = TakeBeyond(ref data);
        for (var at = 0; at < data.Length;)
        {
            var taken = _cutter.Take(data[at..], out var cut);
            at += taken;
            _position += taken;
            if (cut || _position == _length) ends.Add(at);
        }

        _position += beyond;
    }

    /// <summary>The second half: hashes bytes of which it is known where chunks end.</summary>
    /// <param name="data">As given to <see cref="Cut"/>.</param>
    /// <param name="ends">As found by it.</param>
    public void Hash(ReadOnlySpan<byte> data, List<int> ends)
    {
        ArgumentNullException.ThrowIfNull(ends);
        data = data[..(int)Math.Min(data.Length, _length - _hashed)];
        var at = 0;
        foreach (var end in ends)
        {
            Take(data[at..end]);
            EndChunk();
            at = end;
        }

        if (at < data.Length) Take(data[at..]);

        void Take(ReadOnlySpan<byte> bytes)
        {
            _hash.AppendData(bytes);
            _open = true;
            _hashed += bytes.Length;
        }
    }

    /// <summary>Ends the content. Only <see cref="Reset"/> may follow.</summary>
    /// <exception cref="InvalidDataException">There were fewer or more bytes than the length given: the file changed while it was read.</exception>
    public Manifest Finish()
    {
        if (_position != _length)
            throw new InvalidDataException($"The content has {(_position < _length ? "only " : "at least ")}{_position} bytes where {_length} were expected: it changed while it was read.");
        return _count == 0 ? Manifest.Empty : new Manifest(_length, _ids[.._count], _cuts[..(_count - 1)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    /// <summary>Leaves what is within the length; returns how many bytes are beyond it.</summary>
    private int TakeBeyond(ref ReadOnlySpan<byte> data)
    {
        var inside = (int)Math.Min(data.Length, Math.Max(0, _length - _position));
        var beyond = data.Length - inside;
        data = data[..inside];
        return beyond;
    }

    private void EndChunk()
    {
        if (_count == _ids.Length)
        {
            Array.Resize(ref _ids, _count * 2);
            Array.Resize(ref _cuts, _count * 2);
        }
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        _open = false;
        _ids[_count] = new ChunkId(digest);
        _cuts[_count] = _hashed;
        Found?.Invoke(_ids[_count], _hashed);
        _count++;
    }
}
