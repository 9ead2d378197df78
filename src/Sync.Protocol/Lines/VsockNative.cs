using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sync.Protocol.Lines;

/// <summary>Sockets of a family that .NET does not know. Linux only.</summary>
internal static partial class VsockNative
{
    // SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
    private const int Stream = 1 | 0x800 | 0x80000;
    private const int AcceptFlags = 0x800 | 0x80000;
    private const int Backlog = 128;
    private const int InProgress = 115;
    private const int Again = 11;
    private const int SolSocket = 1;
    private const int SoError = 4;

    /// <exception cref="IOException">There are none here.</exception>
    public static SafeFileHandle Open()
    {
        if (!OperatingSystem.IsLinux()) throw new IOException("vsock is for Linux");
        return Handle(NewSocket(VsockEndPoint.Family, Stream, 0));
    }

    /// <summary>False: it is under way, and the socket can be written when it has ended.</summary>
    public static bool Connect(SafeFileHandle socket, VsockEndPoint to)
    {
        var address = to.ToSocketAddress();
        if (ConnectSocket(socket, address, (uint)address.Length) == 0) return true;
        return Marshal.GetLastPInvokeError() is InProgress or Again ? false : throw Failure();
    }

    /// <summary>How a connection that was under way has ended.</summary>
    /// <exception cref="IOException">It has failed.</exception>
    public static void Complete(SafeFileHandle socket)
    {
        var size = (uint)sizeof(int);
        if (SocketOption(socket, SolSocket, SoError, out var error, ref size) != 0) throw Failure();
        if (error != 0) throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    public static void Listen(SafeFileHandle socket, VsockEndPoint at)
    {
        var address = at.ToSocketAddress();
        if (BindSocket(socket, address, (uint)address.Length) != 0 || ListenSocket(socket, Backlog) != 0) throw Failure();
    }

    /// <summary>Null: nobody has come yet.</summary>
    public static SafeFileHandle? Accept(SafeFileHandle socket)
    {
        var accepted = AcceptSocket(socket, 0, 0, AcceptFlags);
        if (accepted >= 0) return Handle(accepted);
        return Marshal.GetLastPInvokeError() == Again ? null : throw Failure();
    }

    private static SafeFileHandle Handle(int fd) => fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw Failure();

    private static IOException Failure() => new(Marshal.GetLastPInvokeErrorMessage());

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int NewSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int ConnectSocket(SafeFileHandle socket, byte[] address, uint size);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int BindSocket(SafeFileHandle socket, byte[] address, uint size);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int ListenSocket(SafeFileHandle socket, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int AcceptSocket(SafeFileHandle socket, nint address, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int SocketOption(SafeFileHandle socket, int level, int option, out int value, ref uint size);
}
