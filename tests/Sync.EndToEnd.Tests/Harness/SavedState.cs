using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Directories as they were at one moment, to be put back later: a backup, or the disk of a virtual machine's snapshot.
/// As after a restore, the files that are put back have new inodes.</summary>
internal sealed class SavedState
{
    private readonly (string Directory, string Copy)[] _parts;

    private SavedState((string Directory, string Copy)[] parts) => _parts = parts;

    /// <summary>Copies directories, with all that is in them, stamps included.</summary>
    /// <param name="at">Where the copies go; made anew.</param>
    /// <param name="directories">What is copied.</param>
    public static async Task<SavedState> OfAsync(string at, params string[] directories)
    {
        var parts = new List<(string, string)>();
        for (int i = 0; i < directories.Length; i++)
        {
            string copy = Directory.CreateDirectory($"{at}.{i}").FullName;
            await CopyAsync(directories[i], copy);
            parts.Add((directories[i], copy));
        }

        return new SavedState([.. parts]);
    }

    /// <summary>Copies all that is in one directory into another that is there.</summary>
    public static async Task CopyAsync(string from, string to)
    {
        await using ProcessRun run = ProcessRun.Start("/bin/cp", "-a", from + "/.", to);
        (await run.EndAsync(TimeSpan.FromSeconds(30))).Expect(0);
    }

    /// <summary>Puts everything back as it was. The directories themselves stay the same ones.</summary>
    public async Task PutBackAsync()
    {
        foreach ((string directory, string copy) in _parts)
        {
            foreach (FileSystemInfo item in new DirectoryInfo(directory).EnumerateFileSystemInfos())
            {
                if (item is DirectoryInfo { LinkTarget: null } inner)
                    inner.Delete(recursive: true);
                else
                    item.Delete();
            }

            await CopyAsync(copy, directory);
        }
    }
}
