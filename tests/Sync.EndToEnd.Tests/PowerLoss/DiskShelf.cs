using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>A place for the images of disks where a copy of one is made in an instant, while it is written to: an XFS that shares blocks, in memory.</summary>
/// <remarks>
/// A copy that takes its time holds the beginning of a disk as it was before its end, and such a disk there never is. A clone is made under the lock that
/// each write to the image takes, so it has all that the loop device has written, and of what is under way some pieces: what a disk has when the power goes.
/// What is dirty in the page cache of the file system in the image, or of its loop device, has not reached the image, and is not in the clone.
/// What the loop device has written stands in the page cache of the image file, which the clone takes along: no direct I/O is needed.
/// </remarks>
internal sealed class DiskShelf : IAsyncDisposable
{
    private const string Memory = "size=3g";
    private const long Size = 8L << 30;

    private readonly Stack<string> _mounted = new();

    private DiskShelf(string directory)
    {
        Directory = directory;
        Images = Path.Combine(directory, "images");
    }

    /// <summary>For mount points, and all else that goes with it.</summary>
    public string Directory { get; }

    /// <summary>Where images are.</summary>
    public string Images { get; }

    /// <summary>Makes one; skips the test where that is not possible.</summary>
    public static async Task<DiskShelf> OpenAsync()
    {
        Assert.SkipUnless(Environment.UserName == "root", "mounting images needs root");
        Assert.SkipUnless(File.Exists("/dev/loop-control"), "there are no loop devices here");
        var shelf = new DiskShelf(System.IO.Directory.CreateTempSubdirectory("sync-e2e-disks-").FullName);
        try
        {
            await SystemCommand.RunOrSkipAsync("mount", "-t", "tmpfs", "-o", Memory, "tmpfs", shelf.Directory);
            shelf._mounted.Push(shelf.Directory);
            // Agents run in mount namespaces of their own: what is mounted and unmounted here is so there.
            await SystemCommand.RunOrSkipAsync("mount", "--make-shared", shelf.Directory);
            System.IO.Directory.CreateDirectory(shelf.Images);
            string shared = Path.Combine(shelf.Directory, "shared.img");
            await using (FileStream file = File.Create(shared))
                file.SetLength(Size);
            await SystemCommand.RunOrSkipAsync("mkfs.xfs", "-q", "-m", "reflink=1", shared);
            await SystemCommand.RunOrSkipAsync("mount", "-t", "xfs", "-o", "loop,discard", shared, shelf.Images);
            shelf._mounted.Push(shelf.Images);
            return shelf;
        }
        catch
        {
            await shelf.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The loop device goes with the mount.
        while (_mounted.TryPop(out string? at))
            (await SystemCommand.RunAsync("umount", "--lazy", at)).Expect(0);
        System.IO.Directory.Delete(Directory);
    }
}
