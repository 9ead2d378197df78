using System.IO.Pipes;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Sync.Protocol.Connecting;

namespace Sync.Protocol.Lines;

/// <summary>
/// Opens what a path of "serial:PATH" leads to: a character device (virtio-serial port, serial port, pseudo-terminal), a Unix socket on which a hypervisor listens,
/// the FIFOs PATH.in and PATH.out of a hypervisor (which reads the first), or, on Windows, a named pipe.
/// </summary>
internal static class LineDevices
{
    private const int LockTries = 20;
    private static readonly TimeSpan LockStep = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PipePatience = TimeSpan.FromSeconds(2);

    /// <exception cref="DialException">It cannot be had now.</exception>
    public static async ValueTask<Stream> OpenAsync(string path, CancellationToken cancel)
    {
        try
        {
            if (OperatingSystem.IsWindows()) return await OpenPipeAsync(path, cancel);
            if (File.Exists(path + ".in") && await OpenAloneAsync(path + ".out", cancel) is { } input && await OpenAloneAsync(path + ".in", cancel) is { } output) return new DeviceStream(input, output);
            if (!File.Exists(path)) throw new DialException($"There is no {path}: check the virtual machine's serial or virtio-serial port, and the path.");
            if (await OpenAloneAsync(path, cancel) is not { } device) return await OpenSocketAsync(path, cancel);
            DeviceNative.MakeRaw(device);
            return new DeviceStream(device, device);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or TimeoutException && e is not DialException)
        {
            throw new DialException($"{path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Null: it is a socket.</summary>
    private static async Task<SafeFileHandle?> OpenAloneAsync(string path, CancellationToken cancel)
    {
        if (DeviceNative.Open(path) is not { } handle) return null;
        if (DeviceNative.IsStorage(handle))
        {
            handle.Dispose();
            throw new DialException($"{path} is a file or a disk, not a line, and is left alone: name a character device, a socket, or a pipe.");
        }

        // A line that this process, or a command, has just closed takes a moment to go.
        for (var tries = 0; tries < LockTries; tries++)
        {
            if (DeviceNative.TryLock(handle)) return handle;
            await Task.Delay(LockStep, cancel);
        }

        handle.Dispose();
        throw new DialException($"{path} is in use by another process of this machine: one agent or command at a time has a serial line.");
    }

    private static async ValueTask<Stream> OpenSocketAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> OpenPipeAsync(string path, CancellationToken cancel)
    {
        var pipe = new NamedPipeClientStream(".", path.Replace(@"\\.\pipe\", "", StringComparison.Ordinal), PipeDirection.InOut, PipeOptions.Asynchronous);
        try
        {
            await pipe.ConnectAsync(PipePatience, cancel);
            return pipe;
        }
        catch
        {
            await pipe.DisposeAsync();
            throw;
        }
    }
}
