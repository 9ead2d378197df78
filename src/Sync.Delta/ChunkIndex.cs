using System.Numerics;

namespace Sync.Delta;

/// <summary>
/// Finds a chunk of a manifest by its id: 8 to 12 bytes a chunk, where a dictionary would take 60. Of equal chunks it knows the one added first.
/// </summary>
internal sealed class ChunkIndex
{
    private readonly Manifest _manifest;
    private readonly int[] _heads; // index + 1, so that 0 is none
    private readonly int[] _next;

    /// <summary>An empty index over a manifest's chunks.</summary>
    public ChunkIndex(Manifest manifest)
    {
        _manifest = manifest;
        _heads = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, manifest.Count))];
        _next = new int[manifest.Count];
    }

    /// <summary>An index of all of a manifest's chunks.</summary>
    public static ChunkIndex OfAll(Manifest manifest)
    {
        var index = new ChunkIndex(manifest);
        for (var i = 0; i < manifest.Count; i++) index.Add(i);
        return index;
    }

    /// <summary>Adds the manifest's chunk at <paramref name="i"/>, unless an equal one is there.</summary>
    public void Add(int i)
    {
        ref var head = ref HeadOf(_manifest.Ids[i]);
        if (FindFrom(head, _manifest.Ids[i]) >= 0) return;
        _next[i] = head;
        head = i + 1;
    }

    /// <summary>The chunk with this id and length; -1 if there is none.</summary>
    /// <remarks>One id with two lengths is a lie by whoever made the manifest; then only the first is found.</remarks>
    public int Find(in ChunkId id, int length)
    {
        var i = FindFrom(HeadOf(id), id);
        return i >= 0 && _manifest.LengthOf(i) == length ? i : -1;
    }

    private ref int HeadOf(in ChunkId id) => ref _heads[ChunkIdComparer.Keyed.GetHashCode(id) & (_heads.Length - 1)];

    private int FindFrom(int head, in ChunkId id)
    {
        for (var i = head; i != 0; i = _next[i - 1])
        {
            if (_manifest.Ids[i - 1] == id) return i - 1;
        }
        return -1;
    }
}
