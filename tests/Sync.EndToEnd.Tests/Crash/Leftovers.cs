using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>What a replica still has to itself, but for versions.</summary>
internal static class Leftovers
{
    /// <summary>What stands in staging and among the displaced, but for parts of interrupted transfers.</summary>
    /// <param name="replica">Whose.</param>
    /// <param name="contents">Contents that may be asked for again count, too.</param>
    public static string[] In(TestTree replica, bool contents) =>
    [
        .. ((string[])[".sync/staging", ".sync/displaced"]).Select(replica.At).Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries)
            .Where(path => Path.GetFileName(path)[..2] is var kind && kind != "p-" && (contents || kind != "c-"))
    ];
}
