namespace Sync.Engine.Scanning;

/// <summary>Paths within a share: slashes between names, nothing for the root.</summary>
internal static class SharePath
{
    public static string Join(string directory, string name) => directory.Length == 0 ? name : directory + "/" + name;
}
