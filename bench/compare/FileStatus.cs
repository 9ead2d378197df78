using System.Runtime.InteropServices;

namespace Sync.Bench.Compare;

/// <summary><c>struct statx</c>, as far as it is compared.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    private const int TypeMask = 0xF000;

    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(112)] public long ModifySeconds;
    [FieldOffset(120)] public uint ModifyNanoseconds;

    public readonly bool IsDirectory => (Mode & TypeMask) is 0x4000;

    public readonly bool IsFile => (Mode & TypeMask) is 0x8000;

    public readonly bool IsLink => (Mode & TypeMask) is 0xA000;
}
