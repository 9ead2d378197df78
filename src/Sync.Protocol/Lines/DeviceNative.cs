using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sync.Protocol.Lines;

/// <summary>What .NET does not say about devices and pipes: opening without waiting, raw mode, waiting for several at once.</summary>
internal static partial class DeviceNative
{
    public const short PollIn = 1;
    public const short PollOut = 4;

    private static readonly int NonBlocking = OperatingSystem.IsMacOS() ? 0x4 : 0x800;
    private static readonly int NoControllingTerminal = OperatingSystem.IsMacOS() ? 0x20000 : 0x100;
    private static readonly int CloseOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;
    private static readonly int Again = OperatingSystem.IsMacOS() ? 35 : 11;

    // open(2) of a socket: ENXIO on Linux, EOPNOTSUPP on macOS.
    private static readonly int IsSocket = OperatingSystem.IsMacOS() ? 102 : 6;

    private const int ReadWrite = 2;
    private const int Interrupted = 4;
    private const int FromHere = 1; // SEEK_CUR
    private const int LockExclusiveNow = 2 | 4;
    private const int SetFlags = 4; // F_SETFL
    private const int TerminalSize = 256; // struct termios has at most 72 bytes.

    /// <summary>Opens for reading and writing, without waiting for anybody at the other end.</summary>
    /// <returns>Null: it is a socket, which is connected to instead.</returns>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle? Open(string path)
    {
        var fd = OpenFile(path, ReadWrite | NonBlocking | NoControllingTerminal | CloseOnExec);
        if (fd >= 0) return new SafeFileHandle(fd, ownsHandle: true);
        return Marshal.GetLastPInvokeError() == IsSocket ? null : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>Whether it has places to go back to: a file or a disk, which is no line and is not to be written over.</summary>
    public static bool IsStorage(SafeFileHandle handle) => Seek(handle, 0, FromHere) >= 0;

    /// <summary>Takes it for this process alone; false if another has it.</summary>
    public static bool TryLock(SafeFileHandle handle) => Flock(handle, LockExclusiveNow) == 0;

    /// <summary>A terminal passes bytes on as they are from now on; anything else is left alone.</summary>
    public static void MakeRaw(SafeFileHandle handle)
    {
        Span<byte> settings = stackalloc byte[TerminalSize];
        if (TerminalGet(handle, settings) != 0) return;
        TerminalRaw(settings);
        _ = TerminalSet(handle, 0, settings);
    }

    /// <summary>Reads and writes of it return at once.</summary>
    public static void NeverWait(SafeFileHandle handle) => _ = Fcntl(handle, SetFlags, NonBlocking | ReadWrite);

    /// <summary>What is there; null: nothing yet; 0: nobody is at the other end, or it is lost.</summary>
    public static int? Read(SafeFileHandle handle, Span<byte> buffer) => Outcome(ReadFile(handle, buffer, buffer.Length));

    /// <summary>How much went; null: nothing does for now; 0: it is lost.</summary>
    public static int? Write(SafeFileHandle handle, ReadOnlySpan<byte> buffer) => Outcome(WriteFile(handle, buffer, buffer.Length));

    private static int? Outcome(nint result)
    {
        if (result >= 0) return (int)result;
        var error = Marshal.GetLastPInvokeError();
        return error == Again || error == Interrupted ? null : 0;
    }

    /// <summary>Waits until one of them can do what is asked of it.</summary>
    public static void Poll(Span<PollEntry> entries) => _ = PollFiles(entries, (uint)entries.Length, -1);

    /// <summary>An entry of poll(2).</summary>
    /// <param name="fd">What is waited for; -1: nothing.</param>
    /// <param name="events">What for.</param>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry(int fd, short events)
    {
        public int Fd = fd;
        public short Events = events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle handle, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(SafeFileHandle file, Span<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(SafeFileHandle file, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollFiles(Span<PollEntry> entries, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeFileHandle file, int command, nint value);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int TerminalGet(SafeFileHandle file, Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void TerminalRaw(Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int TerminalSet(SafeFileHandle file, int when, Span<byte> settings);
}
