using System.Runtime.InteropServices;

namespace Sync.Engine.Files.Linux;

/// <summary>`struct cachestat`: how many pages of a range the page cache has.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CacheStat
{
    public ulong Cached;
    public ulong Dirty;
    public ulong WritingBack;
    public ulong Evicted;
    public ulong RecentlyEvicted;
}
