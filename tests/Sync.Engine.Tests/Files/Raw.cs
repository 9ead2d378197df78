using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Sync.Engine.Tests.Files;

/// <summary>System calls for what .NET cannot say: names of any bytes, FIFOs, the umask.</summary>
internal static partial class Raw
{
    [LibraryImport("libc")]
    private static unsafe partial int mkdir(byte* path, uint mode);

    [LibraryImport("libc")]
    private static unsafe partial int mkfifo(byte* path, uint mode);

    [LibraryImport("libc")]
    private static unsafe partial int symlink(byte* target, byte* path);

    [LibraryImport("libc")]
    private static partial uint umask(uint mask);

    public static unsafe void MakeDirectory(string parent, ReadOnlySpan<byte> name)
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(parent + "/").Concat(name.ToArray()).Append((byte)0).ToArray())
            Assert.Equal(0, mkdir(path, 0x1ED));
    }

    public static unsafe void MakeFifo(string path)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
            Assert.Equal(0, mkfifo(bytes, 0x1A4));
    }

    public static unsafe void MakeSymlink(ReadOnlySpan<byte> target, string path)
    {
        fixed (byte* to = target.ToArray().Append((byte)0).ToArray())
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
            Assert.Equal(0, symlink(to, bytes));
    }

    public static uint SetUmask(uint mask) => umask(mask);
}
