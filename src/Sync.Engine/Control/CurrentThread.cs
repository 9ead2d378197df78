using Sync.Engine.Files.Linux;

namespace Sync.Engine.Control;

/// <summary>What a thread can say of itself.</summary>
internal static class CurrentThread
{
    private const int OneThread = 0;
    private const int Niceness = 10;

    /// <summary>Lets others go first, for as long as the thread lives: long contents are read and written beside small files that somebody waits for.
    /// Linux only, where a nice value is a thread's own; where it is refused, nothing changes.</summary>
    public static void Yield()
    {
        if (OperatingSystem.IsLinux()) _ = LibC.setpriority(OneThread, 0, Niceness);
    }
}
