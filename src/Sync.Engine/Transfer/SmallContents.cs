using Sync.Delta;

namespace Sync.Engine.Transfer;

/// <summary>Bytes of small contents just seen, so that a save travels without a second read. Bounded; the oldest go first. Safe from any thread.</summary>
internal sealed class SmallContents(long capacity)
{
    /// <summary>The largest content that travels inline.</summary>
    public const int MaxLength = Chunker.SingleChunkLength;

    private readonly Dictionary<ContentId, byte[]> _bytes = [];
    private readonly Queue<ContentId> _order = new();
    private long _size;

    public void Add(ContentId content, byte[] bytes)
    {
        lock (_bytes)
        {
            if (!_bytes.TryAdd(content, bytes)) return;
            _order.Enqueue(content);
            _size += bytes.Length + 128;
            Shrink(capacity);
        }
    }

    /// <summary>Gives memory back: work is over for now. The latest are kept.</summary>
    public void Trim()
    {
        lock (_bytes)
        {
            Shrink(capacity / 16);
            _bytes.TrimExcess();
            _order.TrimExcess();
        }
    }

    private void Shrink(long to)
    {
        while (_size > to && _order.TryDequeue(out var oldest))
            if (_bytes.Remove(oldest, out var gone)) _size -= gone.Length + 128;
    }

    public byte[]? Find(ContentId content)
    {
        lock (_bytes) return _bytes.GetValueOrDefault(content);
    }
}
