using System.Diagnostics;

namespace Sync.Engine.Pulling;

/// <summary>How far a build has come. Safe from any thread.</summary>
public sealed class BuildCounts
{
    private long _files;
    private long _bytes;
    private long _received;
    private long _cached;
    private long _waited;
    private long _waitsSince;

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

    /// <summary>How long, in all, there was nothing to build: what comes was waited for.</summary>
    internal TimeSpan Waited
    {
        get
        {
            var since = Volatile.Read(ref _waitsSince);
            return Stopwatch.GetElapsedTime(0, Volatile.Read(ref _waited) + (since == 0 ? 0 : Stopwatch.GetTimestamp() - since));
        }
    }

    /// <summary>From now on what comes is waited for.</summary>
    internal void Waits() => Volatile.Write(ref _waitsSince, Stopwatch.GetTimestamp());

    /// <summary>Something has come.</summary>
    internal void Goes()
    {
        var since = Volatile.Read(ref _waitsSince);
        Volatile.Write(ref _waitsSince, 0);
        Interlocked.Add(ref _waited, Stopwatch.GetTimestamp() - since);
    }

    internal void FromCache(long bytes) => Interlocked.Add(ref _cached, bytes);
}
