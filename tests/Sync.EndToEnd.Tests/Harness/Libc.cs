using System.Runtime.InteropServices;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>What .NET cannot say about files: nanoseconds, blocks, links' own times, FIFOs, names that are no text.</summary>
internal static partial class Libc
{
    public const int SigTerm = 15;
    public const int SigKill = 9;
    public const int SigStop = 19;

    private const int OpenDirectory = 0x80000; // O_RDONLY | O_CLOEXEC
    private const int AtCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const long OmitTime = (1L << 30) - 2;

    /// <summary>What the tests look at of a file's stat.</summary>
    public readonly record struct Stat(int Mode, ulong Inode, long Size, long Blocks, long MtimeNs)
    {
        public int Type => Mode & 0xF000;

        public bool IsDirectory => Type == 0x4000;

        public bool IsFile => Type == 0x8000;

        public bool IsLink => Type == 0xA000;
    }

    /// <summary>A directory held open: what is opened below <see cref="Path"/> is in it, whatever its name leads to by then.</summary>
    public sealed class OpenedDirectory : IDisposable
    {
        private readonly int _fd;

        private OpenedDirectory(int fd) => _fd = fd;

        public string Path => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/self/fd/{_fd}/");

        public static OpenedDirectory Open(string path)
        {
            int fd = Libc.Open(path, OpenDirectory);
            Check(fd < 0 ? -1 : 0, path);
            return new OpenedDirectory(fd);
        }

        public void Dispose() => Close(_fd);
    }

    /// <summary>A stat that does not follow links; null if there is nothing.</summary>
    public static Stat? TryStat(string path)
    {
        // statx, because its layout is the same on every architecture.
        Span<byte> buffer = stackalloc byte[256];
        if (StatX(AtCwd, path, AtSymlinkNoFollow, 0x7FF, buffer) != 0)
            return null;
        return new Stat(
            MemoryMarshal.Read<ushort>(buffer[28..]),
            MemoryMarshal.Read<ulong>(buffer[32..]),
            MemoryMarshal.Read<long>(buffer[40..]),
            MemoryMarshal.Read<long>(buffer[48..]),
            (MemoryMarshal.Read<long>(buffer[112..]) * 1_000_000_000) + MemoryMarshal.Read<uint>(buffer[120..]));
    }

    public static void SetMtime(string path, long mtimeNs)
    {
        long[] times = [0, OmitTime, Math.DivRem(mtimeNs, 1_000_000_000, out long ns), ns];
        Check(UtimensAt(AtCwd, path, times, AtSymlinkNoFollow), path);
    }

    /// <summary>Gives a file another name.</summary>
    public static void Link(string path, string other) => Check(HardLink(path, other), other);

    public static void MakeFifo(string path) => Check(MkFifo(path, 0x1A4), path);

    /// <summary>Makes a file whose name is these bytes.</summary>
    public static void CreateRaw(ReadOnlySpan<byte> path)
    {
        byte[] terminated = [.. path, 0];
        int file = Creat(terminated, 0x1A4);
        Check(file < 0 ? -1 : 0, "a raw name");
        Check(Close(file), "a raw name");
    }

    /// <summary>`fsync` of a directory.</summary>
    public static void SyncDirectory(string path)
    {
        int directory = Open(path, OpenDirectory);
        Check(directory < 0 ? -1 : 0, path);
        int result = FSync(directory);
        Check(Close(directory), path);
        Check(result, path);
    }

    public static void Signal(int process, int signal) => Check(Kill(process, signal), "a signal");

    private static void Check(int result, string what)
    {
        if (result != 0)
            throw new IOException($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatX(int directory, string path, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc", EntryPoint = "utimensat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int UtimensAt(int directory, string path, long[] times, int flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int HardLink(string path, string other);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int MkFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "creat", SetLastError = true)]
    private static partial int Creat(byte[] path, uint mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
