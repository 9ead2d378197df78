using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Files.Portable;
using Xunit;

namespace Sync.Engine.Tests.Files;

/// <summary>A fresh directory, opened by one of the implementations.</summary>
internal sealed class FileSystemUnderTest : IDisposable
{
    public FileSystemUnderTest(string implementation, string? below = null)
    {
        Implementation = implementation;
        var parent = below ?? (implementation == "linux on tmpfs" ? "/dev/shm" : Path.GetTempPath());
        Root = Path.Join(parent, "sync-test-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Root);
        Fs = OpenFileSystem();
    }

    public static TheoryData<string> All => new("linux", "linux by steps", "linux on tmpfs", "portable");

    public static TheoryData<string> Linux => new("linux", "linux by steps", "linux on tmpfs");

    public string Implementation { get; }

    public string Root { get; }

    public IFileSystem Fs { get; private set; }

    public void Reopen()
    {
        Fs.Dispose();
        Fs = OpenFileSystem();
    }

    public string At(string path) => Path.Join(Root, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    public void Create(string path, ReadOnlySpan<byte> content, uint mode = 0x1A4, long mtimeNs = 1_000_000_001_123_456_789)
    {
        Assert.Equal(FsError.None, Fs.Create(path, out var file));
        using (file)
        {
            Assert.Equal(FsError.None, file!.Write(0, content));
            Assert.Equal(FsError.None, file.SetMeta(mode, null, mtimeNs));
            Assert.Equal(FsError.None, file.WriteBack());
        }
    }

    public string Read(string path)
    {
        Assert.Equal(FsError.None, Fs.OpenRead(path, out var file));
        using (file)
        {
            var buffer = new byte[4096];
            Assert.Equal(FsError.None, file!.Read(0, buffer, out var read));
            return System.Text.Encoding.UTF8.GetString(buffer, 0, read);
        }
    }

    public FileStat Stat(string path)
    {
        Assert.Equal(FsError.None, Fs.Stat(path, out var stat));
        return stat;
    }

    public void Dispose()
    {
        Fs.Dispose();
        Shell.Run("rm", "-rf", Root);
    }

    private IFileSystem OpenFileSystem()
    {
        IFileSystem? fs;
        if (Implementation == "portable")
        {
            Assert.Equal(FsError.None, PortableFileSystem.Open(Root, out var portable));
            fs = portable;
        }
        else
        {
            Assert.Equal(FsError.None, LinuxFileSystem.Open(Root, Implementation == "linux by steps", out var linux));
            fs = linux;
        }

        return fs!;
    }
}
