using System.Net.Sockets;
using Sync.Shared.Output;

namespace Sync.Host.Serving;

/// <summary>The file of a Unix socket at which guests are waited for.</summary>
internal static class PeerSocket
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Removes the socket that an earlier host left. RACE: another host may begin to listen there in between; then this one's start takes its name.</summary>
    /// <exception cref="CommandFailure">Somebody listens there, what is there is no socket, or its directory is not there.</exception>
    public static void Clear(string path)
    {
        if (Path.GetDirectoryName(path) is { } directory && !Directory.Exists(directory))
            throw new CommandFailure($"unix:{Printable.Text(path)}: {Printable.Text(directory)} does not exist; make it first, or choose another with --listen");
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // connect(2) refuses a plain file in the same words; a socket cannot be opened.
            if (CanOpen(path))
                throw new CommandFailure($"{Printable.Text(path)} is no socket; choose another with --listen unix:PATH", e);
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new CommandFailure($"{Printable.Text(path)} cannot be used ({e.SocketErrorCode}); choose another with --listen unix:PATH", e);
        }

        throw new CommandFailure($"unix:{Printable.Text(path)} is in use by another program; stop it, or choose another with --listen");
    }

    /// <summary>Lets every user of the machine connect, as TCP does: who may come in is decided by identities. The directory's mode can say less.</summary>
    public static void Open(string path)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, Everybody);
    }

    private static bool CanOpen(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            // Whatever it is, it is somebody else's.
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
