namespace Sync.Bench;

/// <summary>The checkout this program was built in.</summary>
internal static class SourceTree
{
    /// <exception cref="DirectoryNotFoundException">It does not run from a checkout.</exception>
    public static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Sync.sln")))
                return folder;
        }

        throw new DirectoryNotFoundException("Sync.sln is in no folder above this program; run it from the source tree");
    }

    /// <exception cref="FileNotFoundException">The program is not built.</exception>
    public static string Program(string root, string project, string name)
    {
        var path = Path.Combine(root, "src", project, "bin", "Release", "net10.0", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there; run 'dotnet build -c Release Sync.sln' first");
    }
}
