using System.Text;

namespace Sync.Shared.Data;

/// <summary>
/// Where an agent's control socket is. In the data directory, unless that path is longer than a socket's address may be: then in a new
/// directory of its own under the system's temporary one (mode 0700), which the file <c>control.path</c> in the data directory names.
/// </summary>
internal sealed class ControlSocket(DataDirectory data)
{
    // sockaddr_un.sun_path holds 108 bytes with the closing NUL on Linux, 104 elsewhere.
    private static readonly int Longest = OperatingSystem.IsLinux() ? 107 : 103;

    private string Usual => Path.Combine(data.Path, "control.sock");

    private string Pointer => Path.Combine(data.Path, "control.path");

    /// <summary>Where a running agent would listen; null if it could not be running.</summary>
    public string? Find()
    {
        var path = Usual;
        if (!Fits(path))
        {
            if (!File.Exists(Pointer))
                return null;
            path = File.ReadAllText(Pointer);
        }

        return File.Exists(path) ? path : null;
    }

    /// <summary>Clears what an earlier agent left, and returns where to listen. The caller holds the data directory's lock.</summary>
    public string Prepare()
    {
        Remove();
        if (Fits(Usual))
            return Usual;
        var path = Path.Combine(Directory.CreateTempSubdirectory("sync-control-").FullName, "control.sock");
        AtomicFile.Write(Pointer, Encoding.UTF8.GetBytes(path));
        return path;
    }

    /// <summary>Removes the socket.</summary>
    public void Remove()
    {
        File.Delete(Usual);
        if (!File.Exists(Pointer))
            return;
        var path = File.ReadAllText(Pointer);
        File.Delete(path);
        if (Path.GetDirectoryName(path) is { } own && Directory.Exists(own) && own.Contains("sync-control-", StringComparison.Ordinal))
            Directory.Delete(own);
        File.Delete(Pointer);
    }

    private static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= Longest;
}
