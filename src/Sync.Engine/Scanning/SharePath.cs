namespace Sync.Engine.Scanning;

/// <summary>Paths within a share: slashes between names, nothing for the root.</summary>
internal static class SharePath
{
    /// <summary>The directory ("": the root) and the name in it.</summary>
    public static (string Directory, string Name) Split(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    public static string Join(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;
}
