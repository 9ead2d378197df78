using System.Runtime.InteropServices;
using Sync.Engine.Model;

namespace Sync.Engine.Files.Linux;

/// <summary><c>struct statx</c>: the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatX
{
    [FieldOffset(0)] public uint Mask;
    [FieldOffset(16)] public uint Links;
    [FieldOffset(20)] public uint Uid;
    [FieldOffset(24)] public uint Gid;
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(48)] public ulong Blocks;
    [FieldOffset(80)] public long BirthSeconds;
    [FieldOffset(88)] public uint BirthNanoseconds;
    [FieldOffset(96)] public long ChangeSeconds;
    [FieldOffset(104)] public uint ChangeNanoseconds;
    [FieldOffset(112)] public long ModifySeconds;
    [FieldOffset(120)] public uint ModifyNanoseconds;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;
    [FieldOffset(144)] public ulong Mount;

    private const uint BasicStats = 0x7FF;
    private const uint BirthTime = 0x800;
    private const uint MountIdMask = 0x1000;

    // Never reused, unlike the older id; kernels before 6.8 ignore the bit and give the older one.
    private const uint UniqueMountIdMask = 0x4000;

    /// <summary>What to ask for.</summary>
    public const uint Wanted = BasicStats | BirthTime | MountIdMask | UniqueMountIdMask;

    private const int TypeMask = 0xF000;
    private const int TypeDirectory = 0x4000;
    private const int TypeFile = 0x8000;
    private const int TypeSymlink = 0xA000;

    public readonly ulong Device => ((ulong)DeviceMajor << 32) | DeviceMinor;

    /// <summary>Where the kernel knows no mount ids (before 5.8), the device tells file systems apart, though not bind mounts of one.</summary>
    public readonly ulong MountId => (Mask & (MountIdMask | UniqueMountIdMask)) != 0 ? Mount : Device;

    public readonly EntryKind Kind => (Mode & TypeMask) switch
    {
        TypeDirectory => EntryKind.Directory,
        TypeFile => EntryKind.File,
        TypeSymlink => EntryKind.Symlink,
        _ => EntryKind.Special,
    };

    public readonly FileStat ToFileStat() => new(
        Kind,
        Mode & 0xFFFu,
        new FileStamp(FileKey, (long)Size, Nanoseconds(ModifySeconds, ModifyNanoseconds), Nanoseconds(ChangeSeconds, ChangeNanoseconds)),
        MountId,
        ((ulong)Uid << 32) | Gid,
        Links,
        (long)Blocks);

    // The finalizer of SplitMix64 over the birth time, so that one inode number born at two times gives two keys.
    private readonly ulong FileKey
    {
        get
        {
            if ((Mask & BirthTime) == 0)
                return Inode;
            var mixed = (ulong)Nanoseconds(BirthSeconds, BirthNanoseconds) + 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return Inode ^ mixed ^ (mixed >> 31);
        }
    }

    // Beyond 1677–2262 the sum would wrap: such a time is kept as the nearest that can be said.
    private static long Nanoseconds(long seconds, uint nanoseconds) =>
        seconds > 9_223_372_035 ? long.MaxValue : seconds < -9_223_372_036 ? long.MinValue : (seconds * 1_000_000_000) + nanoseconds;
}
