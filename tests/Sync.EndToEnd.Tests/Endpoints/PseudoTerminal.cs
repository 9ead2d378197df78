using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sync.EndToEnd.Tests.Endpoints;

/// <summary>A terminal whose other end is this process: to an agent that opens <see cref="Path"/>, a serial port.</summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private const int ReadWriteNoTerminal = 2 | 0x100 | 0x80000;
    private readonly SafeFileHandle _master;
    private readonly SafeFileHandle _slave;

    public PseudoTerminal()
    {
        int fd = PosixOpenPt(ReadWriteNoTerminal);
        byte[] name = new byte[128];
        if (fd < 0 || GrantPt(fd) != 0 || UnlockPt(fd) != 0 || PtsName(fd, name, (nuint)name.Length) != 0)
            throw new IOException("no pseudo-terminal: " + Marshal.GetLastPInvokeErrorMessage());
        _master = new SafeFileHandle(fd, ownsHandle: true);
        Path = System.Text.Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0));
        // Held open, so that the terminal outlives the agents that use it, and nothing that is written meanwhile is echoed.
        _slave = new SafeFileHandle(OpenFile(Path, ReadWriteNoTerminal), ownsHandle: true);
        Span<byte> settings = stackalloc byte[256];
        _ = TcGetAttr(_slave, settings);
        CfMakeRaw(settings);
        _ = TcSetAttr(_slave, 0, settings);
    }

    /// <summary>What the agent opens.</summary>
    public string Path { get; }

    /// <summary>Blocks until something comes; 0 or less at the end.</summary>
    public int Read(Span<byte> buffer) => (int)ReadFile(_master, buffer, (nuint)buffer.Length);

    /// <summary>Blocks until all is taken.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = (int)WriteFile(_master, bytes, (nuint)bytes.Length);
            if (count <= 0)
                return;
            bytes = bytes[count..];
        }
    }

    public void Dispose()
    {
        _slave.Dispose();
        _master.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int PosixOpenPt(int flags);

    // A handle of .NET's would lock it.
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    private static partial int GrantPt(int fd);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int UnlockPt(int fd);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int PtsName(int fd, byte[] name, nuint size);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(SafeFileHandle file, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(SafeFileHandle file, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int TcGetAttr(SafeFileHandle file, Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void CfMakeRaw(Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int TcSetAttr(SafeFileHandle file, int when, Span<byte> settings);
}
