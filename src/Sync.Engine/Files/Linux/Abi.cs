using System.Runtime.InteropServices;

namespace Sync.Engine.Files.Linux;

/// <summary>Numbers that differ between architectures, and flags of the kernel's calls.</summary>
internal static class Abi
{
    public const int AtCurrentDirectory = -100;
    public const int AtSymlinkNoFollow = 0x100;
    public const int AtRemoveDirectory = 0x200;
    public const int AtNoAutomount = 0x800;
    public const int AtEmptyPath = 0x1000;

    /// <summary>`O_DIRECT`; 0 where it is not known.</summary>
    public static readonly int Direct = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 or Architecture.X86 or Architecture.RiscV64 or Architecture.S390x or Architecture.LoongArch64 => 0x4000,
        Architecture.Arm64 or Architecture.Arm => 0x10000,
        _ => 0,
    };

    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int NoAtime = 0x40000;
    public const int CloseOnExec = 0x80000;
    public const int GetStatusFlags = 3;
    public const int SetStatusFlags = 4;

    /// <summary>`cachestat`'s number, the same on every architecture; since Linux 6.5.</summary>
    public const int CacheStat = 451;
    public const int PathOnly = 0x200000;

    private static readonly Architecture Machine = RuntimeInformation.ProcessArchitecture;

    public static readonly int DirectoryOnly = Machine == Architecture.Arm64 ? 0x4000 : 0x10000;
    public static readonly int NoFollow = Machine == Architecture.Arm64 ? 0x8000 : 0x20000;

    // x86-64 has its own table; all later 64-bit ports share the generic one.
    public static readonly nint Getdents64 = Machine == Architecture.X64 ? 217 : 61;
    public static readonly nint Renameat2 = Machine == Architecture.X64 ? 316 : 276;
    public const nint Openat2 = 437;
    public const nint Fchmodat2 = 452;

    /// <summary>True where the numbers here hold.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux()
        && Machine is Architecture.X64 or Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64;
}
