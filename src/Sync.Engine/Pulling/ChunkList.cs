using Sync.Delta;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>A chunk list on its way from the host. One user.</summary>
internal sealed class ChunkList
{
    private byte[]? _bytes;
    private int _filled;

    /// <summary>All of it has come.</summary>
    public bool IsWhole => _bytes is { } bytes && _filled == bytes.Length;

    /// <summary>Takes the next part: the list's length, the offset, the bytes.</summary>
    /// <exception cref="Link.LinkException">It is not the next part.</exception>
    public void Take(ReadOnlySpan<byte> part)
    {
        var length = Build.ReadNumber(ref part);
        var offset = Build.ReadNumber(ref part);
        if (length > PullLimits.MaxChunkList || (_bytes is not null && length != (ulong)_bytes.Length)) throw Build.Broken("a chunk list is too long");
        _bytes ??= new byte[length];
        if (offset != (ulong)_filled || part.Length > _bytes.Length - _filled || (part.IsEmpty && length > 0)) throw Build.Broken("a part of a chunk list at another place than the one before ended");
        part.CopyTo(_bytes.AsSpan(_filled));
        _filled += part.Length;
    }

    /// <summary>The chunks of a content; null: the host has no list of it, or none that is its.</summary>
    public Manifest? Of(ContentId content, long length) =>
        _bytes is { Length: > 0 } bytes && Manifest.TryDecode(bytes, length, out var manifest, out _) && manifest.Id == content && manifest.Length == length ? manifest : null;
}
