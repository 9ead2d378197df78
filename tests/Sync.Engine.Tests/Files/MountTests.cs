using System.Diagnostics;
using Sync.Engine.Files;
using Xunit;

namespace Sync.Engine.Tests.Files;

public sealed class MountTests
{
    [Theory]
    [InlineData("linux")]
    [InlineData("linux by steps")]
    public void A_mount_point_is_listed_with_its_id_and_not_entered(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Write("here", "x");
        test.Fs.MakeDirectory("mnt", 0x1ED);
        test.Write("file", "below");
        Assert.SkipUnless(Mount("-t", "tmpfs", "none", test.At("mnt")), "mounting is not allowed here");
        try
        {
            test.Write("mnt/f", "x");
            test.Write("mnt/sub/f", "x");
            Assert.SkipUnless(Mount("--bind", test.At("mnt/f"), test.At("file")), "bind mounts are not allowed here");
            var items = new List<DirectoryItem>();
            Assert.Equal(FsError.None, test.Fs.List("", items));
            var own = test.Stat("").MountId;
            Assert.Equal(["file", "mnt"], items.Where(i => i.Stat.MountId != own).Select(i => i.Name).Order(StringComparer.Ordinal));
            Assert.Equal(FsError.CrossDevice, test.Fs.List("mnt", items));
            Assert.Equal(FsError.CrossDevice, test.Fs.Stat("mnt/f", out _));
            Assert.Equal(FsError.CrossDevice, test.Fs.OpenRead("mnt/sub/f", out _));
            Assert.Equal(FsError.CrossDevice, test.Fs.OpenRead("file", out _));
            Assert.Equal(FsError.CrossDevice, test.Fs.Create("mnt/new", out _));
            Assert.Equal(FsError.CrossDevice, test.Fs.Rename("here", "mnt/here", RenameMode.NoReplace));
            Assert.Equal(FsError.Busy, test.Fs.RemoveDirectory("mnt"));
            Assert.False(File.Exists(test.At("mnt/new")));
        }
        finally
        {
            Unmount(test.At("file"));
            Unmount(test.At("mnt"));
        }
    }

    // Something mounted over the root: the path leads elsewhere now, what is held open is still the old one.
    [Fact]
    public void A_mount_over_the_root_is_noticed()
    {
        using var test = new FileSystemUnderTest("linux");
        Assert.SkipUnless(Mount("-t", "tmpfs", "none", test.Root), "mounting is not allowed here");
        try
        {
            Assert.False(test.Fs.RootIsIntact);
        }
        finally
        {
            Unmount(test.Root);
        }

        Assert.True(test.Fs.RootIsIntact);
    }

    private static bool Mount(params string[] arguments) => Environment.IsPrivilegedProcess && Exit("mount", arguments) == 0;

    private static void Unmount(string path) => Exit("umount", "-l", path);

    private static int Exit(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
