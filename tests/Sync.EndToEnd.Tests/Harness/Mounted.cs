using System.Globalization;
using Xunit;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Something mounted over a directory, such as a small file system in memory; unmounted at the end. Skips the test where that is not possible.</summary>
internal sealed class Mounted : IAsyncDisposable
{
    private readonly string _directory;
    private bool _isMounted = true;

    private Mounted(string directory) => _directory = directory;

    public static Task<Mounted> TmpfsAsync(string directory, int megabytes) =>
        MountAsync(directory, "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs");

    /// <summary>Another directory, under a second name.</summary>
    public static Task<Mounted> BindAsync(string source, string directory) => MountAsync(directory, "--bind", source);

    /// <summary>Another directory through FUSE, as sshfs shows another machine's.</summary>
    public static async Task<Mounted> FuseAsync(string source, string directory)
    {
        Assert.SkipUnless(Environment.UserName == "root", "mounting needs root");
        await SystemCommand.RunOrSkipAsync("bindfs", source, directory);
        return new Mounted(directory);
    }

    /// <summary>A fresh NTFS, by FUSE.</summary>
    /// <param name="image">The file that it is in.</param>
    /// <param name="directory">Where it is mounted.</param>
    public static async Task<Mounted> NtfsAsync(string image, string directory)
    {
        Assert.SkipUnless(Environment.UserName == "root", "mounting needs root");
        await using (FileStream file = File.Create(image)) file.SetLength(32 << 20);
        await SystemCommand.RunOrSkipAsync("mkntfs", "-F", "-Q", "-q", image);
        await SystemCommand.RunOrSkipAsync("ntfs-3g", image, directory);
        return new Mounted(directory);
    }

    /// <summary>Takes it away from its path at once, also while something is open on it.</summary>
    public async Task UnmountAsync()
    {
        if (!_isMounted)
            return;
        _isMounted = false;
        await using ProcessRun run = ProcessRun.Start("/bin/umount", "--lazy", _directory);
        (await run.EndAsync(TimeSpan.FromSeconds(30))).Expect(0);
    }

    public async ValueTask DisposeAsync() => await UnmountAsync();

    private static async Task<Mounted> MountAsync(string directory, params string[] what)
    {
        Assert.SkipUnless(Environment.UserName == "root", "mounting needs root");
        await using ProcessRun run = ProcessRun.Start("/bin/mount", [.. what, directory]);
        CommandResult result = await run.EndAsync(TimeSpan.FromSeconds(30));
        Assert.SkipWhen(result.ExitCode != 0, $"nothing can be mounted here: {result.Error.Trim()}");
        return new Mounted(directory);
    }
}
