using System.Runtime.InteropServices;

namespace Sync.Engine.Files.Linux;

/// <summary><c>struct open_how</c>, for <c>openat2</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;

    private const ulong NoXdev = 1;
    private const ulong NoMagicLinks = 2;
    private const ulong NoSymlinks = 4;
    private const ulong Beneath = 8;

    /// <summary>Stays below the directory, on its mount, and follows no link of any kind.</summary>
    public const ulong Confined = NoXdev | NoMagicLinks | NoSymlinks | Beneath;
}
