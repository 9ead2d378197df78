using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>An ext4 file system in a file, mounted over a directory: bytes can go bad beneath the agents, with no stamp of the file touched,
/// as on a failing disk. One loop device stays for its life, so that the directory is on the same device after each mount.</summary>
internal sealed class LoopImage : IAsyncDisposable
{
    private const long Size = 64L << 20;

    private readonly string _image;
    private readonly string _directory;
    private readonly string _device;
    private bool _mounted;

    private LoopImage(string image, string directory, string device)
    {
        _image = image;
        _directory = directory;
        _device = device;
    }

    /// <summary>Makes the image and mounts it; skips the test where that is not possible.</summary>
    public static async Task<LoopImage> MountAsync(string image, string directory)
    {
        Assert.SkipUnless(Environment.UserName == "root", "mounting an image needs root");
        using (FileStream file = File.Create(image))
            file.SetLength(Size);
        await SystemCommand.RunOrSkipAsync("mkfs.ext4", "-q", "-F", image);
        string device = (await SystemCommand.RunOrSkipAsync("losetup", "--find", "--show", image)).Output.Trim();
        var loop = new LoopImage(image, directory, device);
        try
        {
            await SystemCommand.RunOrSkipAsync("mount", "-t", "ext4", device, directory);
            loop._mounted = true;
            Directory.Delete(Path.Combine(directory, "lost+found"));
            return loop;
        }
        catch
        {
            await loop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Unmounts, changes one byte of the file that holds <paramref name="pattern"/>, and mounts again. Nothing may use the directory.</summary>
    /// <param name="pattern">One file system block, found nowhere else.</param>
    public async Task RotAsync(byte[] pattern)
    {
        (await SystemCommand.RunAsync("umount", _directory)).Expect(0);
        _mounted = false;
        byte[] bytes = await File.ReadAllBytesAsync(_image);
        int at = bytes.AsSpan().IndexOf(pattern);
        Assert.True(at >= 0, "the pattern is not in the image");
        Assert.True(bytes.AsSpan(at + 1).IndexOf(pattern) < 0, "the pattern is in the image twice");
        await using (FileStream file = File.OpenWrite(_image))
        {
            file.Position = at + (pattern.Length / 2);
            file.WriteByte((byte)~pattern[pattern.Length / 2]);
            file.Flush(flushToDisk: true);
        }

        (await SystemCommand.RunAsync("mount", "-t", "ext4", _device, _directory)).Expect(0);
        _mounted = true;
    }

    /// <summary>Takes it away at once, also while something is open on it.</summary>
    public async Task UnplugAsync()
    {
        (await SystemCommand.RunAsync("umount", "--lazy", _directory)).Expect(0);
        _mounted = false;
    }

    /// <summary>Mounts it again.</summary>
    public async Task PlugInAsync()
    {
        (await SystemCommand.RunAsync("mount", "-t", "ext4", _device, _directory)).Expect(0);
        _mounted = true;
    }

    public async ValueTask DisposeAsync()
    {
        // Lazily: where a test fails, an agent may still be in there, and ends after this.
        if (_mounted)
            await SystemCommand.RunAsync("umount", "--lazy", _directory);
        await SystemCommand.RunAsync("losetup", "--detach", _device);
    }
}
