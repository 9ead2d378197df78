using System.Runtime.InteropServices;

namespace Sync.Engine.Watching.Linux;

/// <summary><c>struct inotify_event</c>, without the name that follows it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InotifyEvent
{
    public int Watch;
    public uint Mask;
    public uint Cookie;
    public uint NameLength;
}
