using Sync.Delta;
using Sync.Engine.Files;

namespace Sync.Engine.Transfer;

/// <summary>
/// A long content that is being read: its chunks are known from the front on, while the rest is still to come. It can be sent so far. Safe from any thread; one reader adds to it.
/// </summary>
/// <param name="path">Of its file, in the share.</param>
/// <param name="seen">The file when the reading began.</param>
/// <param name="former">What it was before; null: not known.</param>
internal sealed class GrowingContent(string path, FileStamp seen, Manifest? former)
{
    private readonly object _gate = new();
    private readonly List<ChunkId> _ids = [];
    private readonly List<long> _ends = [];
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;
    private bool _hasBegun;
    private bool _hasEnded;
    private Manifest? _whole;

    /// <summary>Names it on this host; 0 until others are told.</summary>
    public long Token { get; set; }

    public string Path => path;

    public FileStamp Seen => seen;

    /// <inheritdoc cref="GrowingContent" path="/param[@name='former']"/>
    public Manifest? Former => former;

    /// <summary>Called once, when it has turned out not to be what it was, and there is enough to come.</summary>
    public Action<GrowingContent>? Begun { get; init; }

    /// <summary>Less than this to come is not worth telling, in bytes.</summary>
    public long LeastToCome { get; init; }

    /// <summary>The next chunk, with its end as an offset in the content.</summary>
    public void Found(ChunkId id, long end)
    {
        lock (_gate)
        {
            // Read once more from the front on: the same chunks come again.
            if (_next++ < _ids.Count) return;
            _ids.Add(id);
            _ends.Add(end);
            if (!_hasBegun)
            {
                // As long as it was, it may be what it was.
                var index = _ids.Count - 1;
                if (former is not null && former.Length == seen.Size && index < former.Count && former.Ids[index] == id && former.OffsetOf(index + 1) == end) return;
                if (seen.Size - end < LeastToCome) return;
                _hasBegun = true;
            }
            else
            {
                Wake();
                return;
            }
        }

        Begun?.Invoke(this);
    }

    /// <summary>It is read from its front on once more.</summary>
    public void Restart()
    {
        lock (_gate) _next = 0;
    }

    /// <summary>All of it is known; or (null) there is no such content: the file has changed.</summary>
    public void End(Manifest? whole)
    {
        lock (_gate)
        {
            (_hasEnded, _whole) = (true, whole);
            Wake();
        }
    }

    /// <summary>As much of it as is known, once that is so many bytes more than a front of it; all of it, once that is known. Null: it has come to nothing.</summary>
    /// <param name="from">The end of that front.</param>
    /// <param name="more">How many bytes.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async ValueTask<(Manifest Front, bool IsWhole)?> FrontAsync(long from, long more, CancellationToken cancel)
    {
        while (true)
        {
            Task grown;
            (ChunkId[] Ids, long[] Ends)? front = null;
            lock (_gate)
            {
                if (_hasEnded) return _whole is { } whole ? (whole, true) : null;
                // What is all of it is told as such.
                if (_ends.Count > 0 && _ends[^1] - from >= more && _ends[^1] > Chunker.SingleChunkLength && _ends[^1] < seen.Size) front = ([.. _ids], [.. _ends]);
                grown = _grown.Task;
            }

            if (front is { } known) return (Manifest.OfFront(known.Ids, known.Ends), false);
            await grown.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    private void Wake()
    {
        _grown.TrySetResult();
        if (!_hasEnded) _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
