using System.Collections.Concurrent;
using Sync.Delta;
using Sync.Engine.Pulling;
using Sync.Engine.Store;
using Sync.Engine.Transfer;

namespace Sync.Engine.Filling;

/// <summary>
/// Chunk lists of what comes in a filling. They are written when it is over: a file for each content, which nobody waits for. Block sums are not made (of the kernel's tree they
/// would cost 0.3 s): the first edit made here of a content above 64 KiB sends whole chunks.
/// </summary>
internal sealed class ContentNotes(ManifestStore store) : IContentNotes
{
    /// <summary>What is kept in memory at most, in chunks of some 40 bytes; the rest is not kept.</summary>
    private const long MaxChunks = 1 << 20;

    private readonly ConcurrentQueue<Manifest> _notes = new();
    private readonly VerifiedManifests _manifests = new(store);
    private long _chunks;

    /// <inheritdoc/>
    public void Keep(Manifest manifest)
    {
        if (manifest.Count <= 1 || Interlocked.Add(ref _chunks, manifest.Count) > MaxChunks) return;
        _notes.Enqueue(manifest);
    }

    /// <summary>Writes a few; false: there are no more.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public bool WriteSome(int count)
    {
        for (; count > 0; count--)
        {
            if (!_notes.TryDequeue(out var manifest)) return false;
            _manifests.Keep(manifest);
        }

        return true;
    }
}
