using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Xunit;

namespace Sync.Engine.Tests.Files;

/// <summary>No call leaves a descriptor open, whether it works or not.</summary>
[Collection(nameof(AloneCollection))]
public sealed class DescriptorTests
{
    [Theory]
    [InlineData("linux")]
    [InlineData("linux by steps")]
    public void No_call_leaks_a_descriptor(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Write("d/f", "x");
        Exercise(test);
        var before = OpenDescriptors(test.Root);
        for (var i = 0; i < 50; i++)
            Exercise(test);
        Assert.Equal(before, OpenDescriptors(test.Root));
    }

    [Fact]
    public void Opening_and_refusing_a_root_leaks_nothing()
    {
        using var test = new FileSystemUnderTest("linux");
        var before = OpenDescriptors(test.Root);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(FsError.None, LinuxFileSystem.Open(test.Root, out var fs));
            fs!.Dispose();
        }

        Directory.Delete(test.At(".sync"));
        File.WriteAllText(test.At(".sync"), "");
        for (var i = 0; i < 20; i++)
            Assert.Equal(FsError.NotDirectory, LinuxFileSystem.Open(test.Root, out _));
        Assert.Equal(before, OpenDescriptors(test.Root));
    }

    private static void Exercise(FileSystemUnderTest test)
    {
        var fs = test.Fs;
        foreach (var path in new[] { "", "d", "d/f", "missing", "missing/x", "d/f/x", "..", "a\0", new string('n', 256), "d/" + new string('n', 300) })
        {
            fs.Stat(path, out _);
            fs.List(path, []);
            if (fs.OpenRead(path, out var file) == FsError.None)
            {
                file!.Stat(out _);
                file.Dispose();
            }

            fs.OpenWrite(path, out _);
            fs.MakeDirectory(path, 0x1ED);
            fs.MakeSymlink(path, "t");
            fs.ReadLink(path, out _);
            fs.SetMode(path, 0x1ED);
            fs.SetMtime(path, 5);
            fs.SetOwner(path, 0);
            fs.HasNoWriter(path);
            fs.Rename(path, "other/x", RenameMode.NoReplace);
            fs.Rename("other", path, RenameMode.Exchange);
            if (path.Length > 0 && fs.Create(path, out var created) == FsError.None)
                created!.Dispose();
        }

        fs.RemoveDirectory("missing");
        fs.RemoveFile("d");
        fs.Sync("d");
        fs.Sync("d/f");
        fs.Space(out _, out _);
        _ = fs.RootIsIntact;
    }

    // Those that lead below the root: the runtime opens and closes others as it likes.
    private static int OpenDescriptors(string root) => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Count(fd => new FileInfo(fd).LinkTarget is { } target && target.StartsWith(root, StringComparison.Ordinal));
}
