using Sync.Delta;
using Sync.Engine.Store;

namespace Sync.Engine.Transfer;

/// <summary>Manifests out of the store, believed only after their id has been computed again. Safe from any thread.</summary>
internal sealed class VerifiedManifests(ManifestStore store)
{
    /// <summary>The manifest of a content of several chunks; null if it is not known. One that is damaged is forgotten.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public Manifest? Find(ContentId content)
    {
        if (content.IsNone || !store.TryRead(content, out var bytes)) return null;
        if (Manifest.TryDecode(bytes, long.MaxValue, out var manifest, out _) && manifest.Id == content) return manifest;
        store.Remove(content);
        return null;
    }

    /// <summary>The secret of this replica's block sums.</summary>
    public BlockKey Key => store.Key;

    /// <summary>The block sums of a content of this length; null if they are not known.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public BlockSums? FindSums(ContentId content, long length) => store.ReadSums(content) is { } sums && sums.Length == length ? sums : null;

    /// <summary>Keeps the block sums of a content, if there are any.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Keep(ContentId content, BlockSums? sums)
    {
        if (sums is not null) store.WriteSums(content, sums);
    }

    /// <summary>Keeps a manifest. One chunk is of no use as a basis; one too long for the store is computed again when it is wanted.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Keep(Manifest manifest)
    {
        if (manifest.Count <= 1) return;
        var bytes = manifest.Encode();
        if (bytes.Length <= ManifestStore.MaxBytes) store.Write(manifest.Id, bytes);
    }
}
