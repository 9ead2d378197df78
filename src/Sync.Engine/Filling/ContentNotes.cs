using System.Collections.Concurrent;
using Sync.Delta;
using Sync.Engine.Pulling;
using Sync.Engine.Store;
using Sync.Engine.Transfer;

namespace Sync.Engine.Filling;

/// <summary>Chunk lists and block sums of what comes in a filling. They are written when it is over: two files for each content, which nobody waits for.</summary>
internal sealed class ContentNotes(ManifestStore store) : IContentNotes
{
    /// <summary>What is kept in memory at most; the rest is not kept, which costs bytes at those files' next versions.</summary>
    private const long MaxBytes = 48L << 20;

    private const int BytesPerChunk = 40;
    private const int BytesPerBlock = 12;

    private readonly ConcurrentQueue<(Manifest Manifest, BlockSums? Sums)> _notes = new();
    private readonly VerifiedManifests _manifests = new(store);
    private long _bytes;

    /// <inheritdoc/>
    public BlockSummer? NewSummer(long length) => length >= BlockSums.WorthwhileLength && Volatile.Read(ref _bytes) < MaxBytes ? new BlockSummer(store.Key, length) : null;

    /// <inheritdoc/>
    public void Keep(Manifest manifest, BlockSummer? summer)
    {
        if (manifest.Count <= 1 || Volatile.Read(ref _bytes) >= MaxBytes) return;
        var sums = summer?.Finish();
        Interlocked.Add(ref _bytes, ((long)manifest.Count * BytesPerChunk) + (BytesPerBlock * (long)(sums?.Count ?? 0)));
        _notes.Enqueue((manifest, sums));
    }

    /// <summary>Writes a few; false: there are no more.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public bool WriteSome(int count)
    {
        for (; count > 0; count--)
        {
            if (!_notes.TryDequeue(out var note)) return false;
            _manifests.Keep(note.Manifest);
            _manifests.Keep(note.Manifest.Id, note.Sums);
        }

        return true;
    }
}
