using Sync.Delta;

namespace Sync.Engine.Link;

/// <summary>
/// A piece of a transfer, downwards (answering a <see cref="ContentRequest"/>) or upwards (an upload). Frames of one transfer come in order:
/// <see cref="Whole"/> or <see cref="Patched"/> alone, or <see cref="Start"/>, <see cref="Data"/>…, <see cref="End"/>; frames of several may alternate.
/// </summary>
public abstract record ContentFrame(long Id)
{
    /// <summary>All bytes of a small content at once. <see cref="Content"/> may be none in an answer: the one that was asked for, if the bytes are.</summary>
    public sealed record Whole(long Id, ContentId Content, ReadOnlyMemory<byte> Bytes) : ContentFrame(Id);

    /// <summary>All of the small content that was asked for, <see cref="Length"/> bytes, as steps against the content whose sums came with the request: see <see cref="Patch"/>.</summary>
    public sealed record Patched(long Id, int Length, ReadOnlyMemory<byte> Steps, ReadOnlyMemory<byte> Literals) : ContentFrame(Id);

    /// <summary>A large content begins. <see cref="Manifest"/> is encoded against the manifest of <see cref="Basis"/> (none: in full).
    /// Data follows for the chunks that the basis does not have, in order, from <see cref="Offset"/> of the content on.</summary>
    public sealed record Start(long Id, ContentId Content, ContentId Basis, long Offset, ReadOnlyMemory<byte> Manifest) : ContentFrame(Id)
    {
        /// <summary>It is the front of a content that is still being read, which will be so long, in bytes; further starts of the same transfer tell of longer fronts, and of the whole. 0: it is all.</summary>
        public long GrowsTo { get; init; }
    }

    /// <summary>The next bytes; at most 64 KiB. Zstd-compressed on the wire where that pays; here always plain.</summary>
    public sealed record Data(long Id, ReadOnlyMemory<byte> Bytes) : ContentFrame(Id)
    {
        private byte[]? _rented;

        /// <summary>The first bytes of a buffer from <see cref="FrameBuffers"/>, which is the frame's from now on.</summary>
        public static Data InRented(long id, byte[] rented, int length) => new(id, rented.AsMemory(0, length)) { _rented = rented };

        /// <summary>Its last user is done with the bytes: where the buffer was rented, it goes back.</summary>
        public void Release()
        {
            if (Interlocked.Exchange(ref _rented, null) is { } rented) FrameBuffers.Return(rented);
        }
    }

    /// <summary>The next bytes, as steps against the basis of the <see cref="Start"/>: see <see cref="BlockDeltaReader"/>. Both together at most 64 KiB.</summary>
    public sealed record Delta(long Id, ReadOnlyMemory<byte> Steps, ReadOnlyMemory<byte> Literals) : ContentFrame(Id);

    /// <summary>The transfer is over.</summary>
    public sealed record End(long Id, TransferStatus Status, string? Detail = null) : ContentFrame(Id)
    {
        /// <summary>Not over, but about to begin: answers a <see cref="Ask"/> with how many bytes the receiver has already, 0 or more.</summary>
        public long? ResumeAt { get; init; }
    }

    /// <summary>Before an upload: what has the receiver of this content already, from one that was interrupted?</summary>
    public sealed record Ask(long Id, ContentId Content) : ContentFrame(Id);
}
