namespace Sync.Engine.Pulling;

/// <summary>How far a build has come. Safe from any thread.</summary>
public sealed class BuildCounts
{
    private long _files;
    private long _bytes;
    private long _received;
    private long _cached;

    /// <summary>Files that stand in the new tree.</summary>
    public long Files => Volatile.Read(ref _files);

    /// <summary>Their bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Bytes of contents that came over the link.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Bytes of contents that came out of the cache.</summary>
    public long Cached => Volatile.Read(ref _cached);

    internal void Placed(long files, long bytes)
    {
        Interlocked.Add(ref _files, files);
        Interlocked.Add(ref _bytes, bytes);
    }

    internal void Came(long bytes) => Interlocked.Add(ref _received, bytes);

    internal void FromCache(long bytes) => Interlocked.Add(ref _cached, bytes);
}
