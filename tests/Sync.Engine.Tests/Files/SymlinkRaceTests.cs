using Sync.Engine.Files;
using Xunit;

namespace Sync.Engine.Tests.Files;

/// <summary>Nobody gets a call out of the root by putting a symlink in its way, however it is timed.</summary>
public sealed class SymlinkRaceTests
{
    public static TheoryData<string> Linux => FileSystemUnderTest.Linux;

    [Theory, MemberData(nameof(Linux))]
    public void A_symlink_at_any_step_is_refused(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        using var outside = new FileSystemUnderTest(implementation);
        outside.Write("b/c/f", "secret");
        var before = outside.Stat("b/c/f");
        for (var step = 0; step < 3; step++)
        {
            var steps = new[] { "a", "b", "c" };
            var root = "r" + step;
            var link = Path.Join([root, .. steps[..(step + 1)]]);
            Directory.CreateDirectory(Path.GetDirectoryName(test.At(link))!);
            File.CreateSymbolicLink(test.At(link), step == 2 ? outside.At("b/c") : step == 1 ? outside.At("b") : outside.Root);
            var file = root + "/a/b/c/f";
            Assert.True(File.Exists(test.At(file)));
            var refused = new[] { FsError.Escapes };
            Assert.Contains(test.Fs.Stat(file, out _), refused);
            Assert.Contains(test.Fs.OpenRead(file, out _), refused);
            Assert.Contains(test.Fs.Create(root + "/a/b/c/new", out _), refused);
            Assert.Contains(test.Fs.List(root + "/a/b/c", []), refused);
            Assert.Contains(test.Fs.MakeDirectory(root + "/a/b/c/new", 0x1ED), refused);
            Assert.Contains(test.Fs.MakeSymlink(root + "/a/b/c/new", "x"), refused);
            Assert.Contains(test.Fs.RemoveFile(file), refused);
            Assert.Contains(test.Fs.SetMode(file, 0x1FF), refused);
            Assert.Contains(test.Fs.SetMtime(file, 0), refused);
            Assert.Contains(test.Fs.SetOwner(file, 0), refused);
            Assert.Contains(test.Fs.Sync(file), refused);
            Assert.Contains(test.Fs.Rename(file, "stolen", RenameMode.NoReplace), refused);
            test.Write("mine", "x");
            Assert.Contains(test.Fs.Rename("mine", root + "/a/b/c/new", RenameMode.NoReplace), refused);
            Assert.Null(test.Fs.HasNoWriter(file));
        }

        Assert.Equal(before, outside.Stat("b/c/f"));
        Assert.False(File.Exists(outside.At("b/c/new")));
    }

    [Theory, MemberData(nameof(Linux))]
    public void A_racing_swap_of_directory_and_symlink_never_leads_out(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        using var outside = new FileSystemUnderTest(implementation);
        outside.Write("f", "secret");
        test.Write("d/f", "inside");
        Assert.Equal(FsError.None, test.Fs.MakeSymlink("link", outside.Root));
        using var stop = new CancellationTokenSource();
        var swaps = 0;
        var attacker = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (test.Fs.Rename("d", "link", RenameMode.Exchange) == FsError.None)
                    swaps++;
            }
        });
        attacker.Start();
        var (inside, refused) = (0, 0);
        try
        {
            for (var i = 0; inside < 300 || refused < 300; i++)
            {
                Assert.True(i < 3_000_000, $"the race never turned: {inside} inside, {refused} refused, {swaps} swaps");
                if (test.Fs.OpenRead("d/f", out var file) == FsError.None)
                {
                    using (file)
                    {
                        var buffer = new byte[16];
                        Assert.Equal(FsError.None, file!.Read(0, buffer, out var read));
                        Assert.Equal("inside"u8, buffer.AsSpan(0, read));
                    }

                    inside++;
                }
                else
                {
                    refused++;
                }

                if (test.Fs.Create("d/new" + i, out var created) == FsError.None)
                    created!.Dispose();
            }
        }
        finally
        {
            stop.Cancel();
            attacker.Join();
        }

        Assert.Equal(["f"], Directory.EnumerateFiles(outside.Root).Select(Path.GetFileName));
    }
}
