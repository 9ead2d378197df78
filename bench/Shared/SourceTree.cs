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

    /// <summary>Whether a program is native; else it is a small starter, and the .NET runtime compiles the rest: such agents start later, take more memory and are slower until all is compiled.</summary>
    /// <exception cref="FileNotFoundException">It is not built.</exception>
    public static bool IsNative(string root, string project, string name)
    {
        const int LargestStarter = 4 << 20;
        return new FileInfo(Program(root, project, name)).Length > LargestStarter;
    }
}
