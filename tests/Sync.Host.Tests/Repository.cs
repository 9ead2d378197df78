namespace Sync.Host.Tests;

/// <summary>Where the sources are, for tests of what is published beside them.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "Sync.sln")))
                return at;
        }

        throw new InvalidOperationException("the tests do not lie in the repository");
    }
}
